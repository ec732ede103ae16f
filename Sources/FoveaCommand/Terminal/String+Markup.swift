import FoveaFoundation

extension String {
    /// The end of a text that is longer than the room, which tells more of a path than its beginning.
    func end(upTo room: Int) -> String { count > room ? "…\(suffix(room - 1))" : self }

    /// The text in the form that HTML and SVG show as it is, on one line.
    var asMarkup: String {
        onOneLine.unicodeScalars.reduce(into: "") { escaped, scalar in
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
    }
}
