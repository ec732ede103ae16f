/// The limits of a process's control groups on Linux: containers and batch systems set limits there.
package enum ControlGroups {
    /// The memory that the tightest limit leaves, in bytes; nil where there is none.
    ///
    /// - Parameter file: the content of a file of the system, or nil where it cannot be read.
    package static func byteCount(reading file: (_ path: String) -> String?) -> Int? {
        folders(of: "memory", reading: file).compactMap { version, folder in
            version.memory.rest(in: folder, reading: file)
        }.min()
    }

    /// Processors whose time the tightest quota grants: 1.5 for 150 ms in each 100 ms; nil where there is none.
    package static func processorQuota(reading file: (_ path: String) -> String?) -> Double? {
        folders(of: "cpu", reading: file).compactMap { version, folder in
            version.quota(in: folder, reading: file)
        }.min()
    }

    /// The folders that may set limits: the process's group and those above it, whose limits also apply. Inside a
    /// container the path may be that of the host, of which only the root exists.
    private static func folders(
        of controller: String, reading file: (_ path: String) -> String?
    ) -> [(version: Version, folder: String)] {
        guard let membership = file("/proc/self/cgroup") else { return [] }
        return membership.split(separator: "\n").flatMap { line -> [(version: Version, folder: String)] in
            // `hierarchy:controllers:path`; version 2 names no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let version: Version
            let root: String
            if parts[1].isEmpty {
                (version, root) = (.two, "/sys/fs/cgroup")
            } else if parts[1].split(separator: ",").contains(Substring(controller)) {
                (version, root) = (.one, "/sys/fs/cgroup/\(controller)")
            } else {
                return []
            }
            var folders = [root]
            for name in parts[2].split(separator: "/") { folders.append("\(folders[folders.count - 1])/\(name)") }
            return folders.map { (version, $0) }
        }
    }

    /// The two interfaces that Linux has.
    private enum Version {
        case one, two

        var memory: MemoryFiles {
            switch self {
            case .one:
                MemoryFiles(
                    limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", cache: "total_inactive_file")
            case .two: MemoryFiles(limit: "memory.max", usage: "memory.current", cache: "inactive_file")
            }
        }

        /// The time that a group may run in each period, divided by the period.
        func quota(in folder: String, reading file: (_ path: String) -> String?) -> Double? {
            let (time, period): (Int?, Int?)
            switch self {
            case .one:
                // Version 1 writes −1 for none.
                time = number(file("\(folder)/cpu.cfs_quota_us"))
                period = number(file("\(folder)/cpu.cfs_period_us"))
            case .two:
                let parts = (file("\(folder)/cpu.max") ?? "").trimmed.split(separator: " ")
                (time, period) = parts.count == 2 ? (number(parts[0]), number(parts[1])) : (nil, nil)
            }
            guard let time, let period, time > 0, period > 0 else { return nil }
            return Double(time) / Double(period)
        }
    }

    /// The names of the files that report memory.
    private struct MemoryFiles {
        let limit: String
        let usage: String
        /// The line of `memory.stat` with the bytes of cached files that can be dropped.
        let cache: String

        /// The limit less the memory in use; cached files that can be dropped count as free.
        func rest(in folder: String, reading file: (_ path: String) -> String?) -> Int? {
            // Version 1 writes a number larger than any machine for none; the use need not be looked up then.
            guard let limit = number(file("\(folder)/\(limit)")), limit < Int.max / 2,
                let usage = number(file("\(folder)/\(usage)"))
            else { return nil }
            let lines = file("\(folder)/memory.stat")?.split(separator: "\n") ?? []
            let cached = lines.first { $0.hasPrefix(cache + " ") }.flatMap { number($0.dropFirst(cache.count)) } ?? 0
            return max(0, limit - max(0, usage - cached))
        }
    }

    /// A number that is not negative; nil for `max`.
    private static func number(_ text: (some StringProtocol)?) -> Int? {
        text.flatMap { Int($0.trimmed) }.flatMap { $0 < 0 ? nil : $0 }
    }
}
