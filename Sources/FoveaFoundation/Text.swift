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
