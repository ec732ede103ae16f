import FoveaFoundation

/// The memory of this process, from Linux's `/proc/self/status`; nil where the system does not report it.
enum ProcessMemory {
    /// The largest resident set so far, in bytes.
    static var peakByteCount: Int? { byteCount("VmHWM") }

    /// The current resident set, in bytes.
    static var residentByteCount: Int? { byteCount("VmRSS") }

    private static func byteCount(_ name: String) -> Int? {
        (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)).flatMap { byteCount(name, inStatus: $0) }
    }

    /// A line like `VmHWM:   23456 kB`.
    static func byteCount(_ name: String, inStatus text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            guard let number = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) }) else {
                return nil
            }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : bytes
        }
        return nil
    }
}
