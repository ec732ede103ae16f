import FoveaDownload
import FoveaFoundation
import FoveaGraph

/// A line that shows how far a data set has come, redrawn a few times a second; nothing where nobody watches.
struct TransferBar {
    private var drawn: ContinuousClock.Instant?

    mutating func show(_ progress: Fetch.Progress) {
        guard StandardError.isTerminal else { return }
        let now = ContinuousClock.now
        if progress.done != progress.total, let drawn, now - drawn < .milliseconds(100) { return }
        drawn = now
        let title = "\(progress.step.rawValue) \(progress.name.onOneLine) "
        guard let total = progress.total, total > 0 else {
            return StandardError.write("\r\("\(title)\(progress.done.grouped) files".prefix(room))\u{1B}[K")
        }
        let isBytes = progress.step != .arranging
        let text = isBytes ? byteCountText(total) : "\(total.grouped) files"
        let done = isBytes ? byteCountText(progress.done) : progress.done.grouped
        StandardError.bar(
            title: title, text: " \(done.rightAligned(text.count)) of \(text)", done: progress.done, of: total)
    }

    /// Makes room for another line.
    mutating func clear() {
        if drawn != nil { StandardError.write("\r\u{1B}[K") }
        drawn = nil
    }

    /// A line that reaches the last column would wrap.
    private var room: Int { StandardError.width - 1 }
}
