import Foundation

/// The most memory that this process has had at a time.
enum PeakMemory {
    /// The largest resident set so far, in bytes; nil where the system does not say.
    static var byteCount: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        return byteCount(inStatus: text)
    }

    /// The line `VmHWM:   23456 kB` of Linux's `/proc/self/status`.
    static func byteCount(inStatus text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("VmHWM:") {
            guard let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
                return nil
            }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : bytes
        }
        return nil
    }
}
