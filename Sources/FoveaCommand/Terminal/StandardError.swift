import FoveaFoundation

/// The stream for progress and diagnostics. Text that cannot be written there is lost: there is nowhere to report it.
enum StandardError {
    /// The ways to emphasise words.
    enum Style: String {
        case error = "1;31"
        case notice = "1;33"
        case bar = "36"
        case faint = "2"
    }

    /// Whether a person is watching: lines may be redrawn.
    static let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Colours are for terminals whose owner has not set `NO_COLOR` (no-color.org).
    static let isColored =
        isTerminal && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty

    static func write(_ text: String) { _ = writeAll(Array(text.utf8), to: STDERR_FILENO) }
    static func line(_ text: String) { write(text + "\n") }

    /// A message about something that is worth knowing and stops nothing.
    static func notice(_ text: String) { line("\(styled("fovea:", .notice)) \(text.onOneLine)") }

    static func styled(_ text: String, _ style: Style) -> String {
        isColored ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The number of columns of a line.
    static var width: Int {
        var size = winsize()
        // Safe: the system fills the struct passed to it.
        let isKnown = unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// Draws the line with a bar anew: title, bar and text, as many of them as fit.
    static func bar(title: String, text: String, done: Int, of total: Int) {
        // A line that reaches the last column would wrap.
        let room = width - 1
        let length = min(40, room - title.count - text.count)
        guard length >= 5 else { return write("\r\((title + text).prefix(room))\u{1B}[K") }
        let filled = length * min(done, total) / total
        let bar =
            styled(String(repeating: "━", count: filled), .bar)
            + styled(String(repeating: "─", count: length - filled), .faint)
        write("\r\(title)\(bar)\(text)\u{1B}[K")
    }
}
