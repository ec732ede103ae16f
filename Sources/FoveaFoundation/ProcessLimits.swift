/// The limits of memory that a process starts with: `ulimit -v` for its address space, `ulimit -d` for its data.
package enum ProcessLimits {
    /// The bytes that the tighter limit leaves; nil where there is none.
    ///
    /// - Parameter file: the content of a file of the system, or nil where it cannot be read.
    package static func byteCount(reading file: (_ path: String) -> String?) -> Int? {
        guard let limits = file("/proc/self/limits") else { return nil }
        let rules = [("Max address space", "VmSize:"), ("Max data size", "VmData:")]
        let limited = rules.compactMap { rule, use in
            number(after: rule, in: limits).map { (limit: $0, use: use) }
        }
        guard !limited.isEmpty, let status = file("/proc/self/status") else { return nil }
        return limited.compactMap { limit, use in
            number(after: use, in: status).map { kilobytes in
                let (used, overflow) = kilobytes.multipliedReportingOverflow(by: 1024)
                return overflow ? 0 : max(0, limit - used)
            }
        }.min()
    }

    /// The number that follows the name in the line that starts with it; nil for `unlimited`.
    private static func number(after name: String, in text: String) -> Int? {
        let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) }
    }
}
