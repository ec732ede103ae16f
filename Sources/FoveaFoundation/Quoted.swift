/// `text` between backticks, on one line and at most 200 characters long: a message stays readable whatever a file holds.
package func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return "`\(String(scalars.prefix(200)).onOneLine)\(scalars.count > 200 ? "…" : "")`"
}

extension StringProtocol {
    /// The text as one line that a terminal shows literally: characters that would move the cursor, end the line or
    /// change its direction are escaped in Swift's notation, and bytes of a name that are not UTF-8 are `\xNN`.
    package var onOneLine: String {
        // Nearly every text is plain already.
        guard unicodeScalars.contains(where: { $0.changesLine || $0.rawByte != nil }) else { return String(self) }
        return unicodeScalars.reduce(into: "") { shown, scalar in
            if let byte = scalar.rawByte {
                shown += "\\x\(String(byte, radix: 16, uppercase: true))"
            } else {
                shown += scalar.changesLine ? scalar.escaped(asASCII: true) : String(scalar)
            }
        }
    }
}

extension Unicode.Scalar {
    /// Whether it is in Unicode's category of control characters, which never changes: C0, DEL and C1.
    package var isControl: Bool { value < 0x20 || (0x7f..<0xa0).contains(value) }

    /// Control characters, ends of lines and paragraphs, and the marks that change the direction of text.
    fileprivate var changesLine: Bool {
        switch self {
        case "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: isControl
        }
    }
}
