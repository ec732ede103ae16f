import FoveaFoundation

// The formats of numbers for display. With --json they are not rounded.

extension Int {
    /// `61,706`
    var grouped: String {
        var text = String(magnitude)
        var end = text.endIndex
        while let place = text.index(end, offsetBy: -3, limitedBy: text.startIndex), place > text.startIndex {
            text.insert(",", at: place)
            end = place
        }
        return (self < 0 ? "-" : "") + text
    }
}

extension BinaryFloatingPoint {
    /// A fraction as `98.10 %`.
    var percent: String { (Double(self) * 100).text(digits: 2) + " %" }

    /// A loss as `0.0612`.
    var fourDecimals: String { Double(self).text(digits: 4) }

    /// A measurement with about four digits: `0.02531`, `14.62`, `1,096`.
    var significant: String {
        let value = Double(self)
        guard value.isFinite, value > 0, value < 1000 else { return groupedWhole }
        return value.text(digits: max(0, min(9, 3 - Int(log10(value).rounded(.down)))))
    }

    /// Seconds as `0.8 s`, `1:05` or `1:02:03`.
    var duration: String {
        let seconds = Double(self)
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        if seconds < 59.95 { return seconds.text(digits: 1) + " s" }
        return clock(Int(seconds.rounded()))
    }

    /// Seconds that remain, as `0:07`.
    var countdown: String {
        let seconds = Double(self)
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
        return clock(Int(seconds.rounded(.up)))
    }

    /// Rounded to a whole number: `12,345`.
    var groupedWhole: String {
        let value = Double(self).rounded()
        return Int(exactly: value)?.grouped ?? "\(value)"
    }
}

extension String {
    /// The text padded on the right to a width.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }

    /// The text padded on the left to a width.
    func rightAligned(_ width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}

private func clock(_ seconds: Int) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
}
