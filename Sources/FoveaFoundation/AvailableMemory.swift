/// The memory that a process can still allocate. A later failure cannot be caught, so sizes are checked first.
package enum AvailableMemory {
    /// The part of the process's limits that is kept free for memory that is not requested piece by piece: threads,
    /// generated code, lists.
    package static let reserve = 48 << 20

    /// The bytes that are free or can be freed, on the machine, within the limits of the process's control groups and
    /// within its own; nil where the system does not report them.
    package static func byteCount() -> Int? { byteCount(reading: contents(ofSystemFile:)) }

    /// - Parameter file: the content of a file of the system, or nil where it cannot be read.
    package static func byteCount(reading file: (_ path: String) -> String?) -> Int? {
        [
            file("/proc/meminfo").flatMap(byteCount(inMemoryInformation:)), ControlGroups.byteCount(reading: file),
            ProcessLimits.byteCount(reading: file).map { max(0, $0 - reserve) },
        ].compactMap(\.self).min()
    }

    /// The line `MemAvailable:   23456 kB` of Linux's `/proc/meminfo`.
    package static func byteCount(inMemoryInformation text: String) -> Int? {
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            guard let number = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
            let (bytes, overflow) = number.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : bytes
        }
        return nil
    }
}

/// The content of a file in which the system reports; nil where it cannot be read.
package func contents(ofSystemFile path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
