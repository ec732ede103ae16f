import OrderedCollections

extension JSONValue {
    /// The document as text, on one line, or indented for reading.
    ///
    /// Always valid JSON: numbers that JSON cannot express (NaN and the infinities) become `null`.
    public func text(indented: Bool = false) -> String {
        var text = ""
        write(to: &text, indentation: indented ? "\n" : nil)
        return text
    }

    /// - Parameter indentation: the line break and indentation of the line that the value starts on; nil for one line.
    private func write(to text: inout String, indentation: String?) {
        switch self {
        case .null: text += "null"
        case .boolean(let value): text += value ? "true" : "false"
        case .integer(let value): text += value.description
        case .number(let value): text += value.isFinite ? value.description : "null"
        case .string(let value): Self.write(value, to: &text)
        case .array(let elements):
            // Numbers stay side by side: a shape or a row of a matrix is one line.
            let isFlat = elements.allSatisfy { $0.isScalar }
            Self.write(elements, between: "[", and: "]", to: &text, indentation: isFlat ? nil : indentation) {
                $1.write(to: &$0, indentation: $2)
            }
        case .object(let fields):
            Self.write(fields.elements, between: "{", and: "}", to: &text, indentation: indentation) {
                Self.write($1.key, to: &$0)
                $0 += indentation == nil ? ":" : ": "
                $1.value.write(to: &$0, indentation: $2)
            }
        }
    }

    private var isScalar: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }

    private static func write<Elements: Collection>(
        _ elements: Elements, between open: String, and close: String, to text: inout String, indentation: String?,
        writeElement: (inout String, Elements.Element, String?) -> Void
    ) {
        let inner = elements.isEmpty ? nil : indentation.map { $0 + "  " }
        text += open
        var isFirst = true
        for element in elements {
            if !isFirst { text += "," }
            isFirst = false
            text += inner ?? ""
            writeElement(&text, element, inner)
        }
        if inner != nil { text += indentation ?? "" }
        text += close
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\0"..<" ":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
