extension StringProtocol {
    /// The text without spaces, tabs and line ends around it.
    package var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Double {
    /// The number with so many digits after the point, as C's `printf` writes it: `0.10`.
    package func text(digits: Int) -> String {
        // The largest number has 309 digits before the point.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400 + digits) { buffer in
            // Safe: the function is told the size of the buffer, and ends what it writes with a zero.
            let length = unsafe withVaList([Int32(digits), self]) {
                unsafe vsnprintf(buffer.baseAddress, buffer.count, "%.*f", $0)
            }
            guard length > 0, let start = buffer.baseAddress else { return "\(self)" }
            return unsafe String(cString: start)
        }
    }
}

extension StringProtocol {
    /// The text as one line that a terminal shows as it is: characters that would move the cursor, end the line or turn its
    /// direction are written as Swift writes them: `\\n`.
    package var onOneLine: String {
        guard unicodeScalars.contains(where: \.changesLine) else { return String(self) }
        return unicodeScalars.reduce(into: "") { $0 += $1.changesLine ? $1.escaped(asASCII: true) : String($1) }
    }
}

extension Unicode.Scalar {
    /// Control characters, ends of lines and paragraphs, and the marks that turn the direction of text.
    fileprivate var changesLine: Bool {
        switch self {
        case "\0"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}"..."\u{202E}", "\u{2066}"..."\u{2069}": true
        default: false
        }
    }
}

/// `text` between backticks, on one line and at most 200 characters long: a message stays readable whatever a file holds.
package func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    return "`\(String(scalars.prefix(200)).onOneLine)\(scalars.count > 200 ? "…" : "")`"
}
