extension StringProtocol {
    /// The text without spaces, tabs and line ends around it.
    package var trimmed: String {
        String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

extension Double {
    /// The number with `digits` digits after the point, in the format of C's `printf`: `0.10`.
    package func text(digits: Int) -> String { text(format: "%.*f", digits) }

    /// The number with at most `digits` significant digits, in the format of C's `printf`: `0.00242`, `6951`, `4.2e-05`.
    package func text(significantDigits digits: Int) -> String { text(format: "%.*g", digits) }

    private func text(format: String, _ digits: Int) -> String {
        // The largest number has 309 digits before the point.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400 + digits) { buffer in
            // Safe: the function receives the size of the buffer, and ends its output with a zero.
            let length = unsafe withVaList([Int32(digits), self]) {
                unsafe vsnprintf(buffer.baseAddress, buffer.count, format, $0)
            }
            guard length > 0, let start = buffer.baseAddress else { return "\(self)" }
            return unsafe String(cString: start)
        }
    }
}
