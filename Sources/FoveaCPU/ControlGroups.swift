import FoveaFoundation

/// The memory that Linux lets a process's control groups have: containers and batch systems set limits there.
enum ControlGroups {
    /// What the tightest limit leaves, in bytes; nil where there is none.
    static func byteCount() -> Int? {
        byteCount { try? String(contentsOfFile: $0, encoding: .utf8) }
    }

    /// - Parameter file: the content of a file of the system, or nil where it cannot be read.
    static func byteCount(reading file: (_ path: String) -> String?) -> Int? {
        guard let membership = file("/proc/self/cgroup") else { return nil }
        let rests = membership.split(separator: "\n").flatMap { line -> [Int] in
            // `hierarchy:controllers:path`; version 2 names no controllers.
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let version: Version
            if parts[1].isEmpty {
                version = .two
            } else if parts[1].split(separator: ",").contains("memory") {
                version = .one
            } else {
                return []
            }
            return version.folders(of: String(parts[2])).compactMap { version.rest(in: $0, reading: file) }
        }
        return rests.min()
    }

    /// The two interfaces that Linux has, with the names of their files.
    private enum Version {
        case one, two

        private var root: String { self == .one ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup" }
        private var limit: String { self == .one ? "memory.limit_in_bytes" : "memory.max" }
        private var usage: String { self == .one ? "memory.usage_in_bytes" : "memory.current" }
        private var cache: String { self == .one ? "total_inactive_file" : "inactive_file" }

        /// The group's folder and those above it, whose limits hold too. Inside a container the path may be that of the
        /// host, of which only the root is there.
        func folders(of path: String) -> [String] {
            var folders = [root]
            for name in path.split(separator: "/") { folders.append("\(folders[folders.count - 1])/\(name)") }
            return folders
        }

        /// The limit less what is used; files that were read and can be forgotten count as free.
        func rest(in folder: String, reading file: (_ path: String) -> String?) -> Int? {
            // Version 1 says "none" with a number that no machine has; what is used need not be looked up then.
            guard let limit = number(file("\(folder)/\(limit)")), limit < Int.max / 2,
                let usage = number(file("\(folder)/\(usage)"))
            else { return nil }
            let lines = file("\(folder)/memory.stat")?.split(separator: "\n") ?? []
            let cached = lines.first { $0.hasPrefix(cache + " ") }.flatMap { number($0.dropFirst(cache.count)) } ?? 0
            return max(0, limit - max(0, usage - cached))
        }

        /// A number that is not negative; nil for `max`.
        private func number(_ text: (some StringProtocol)?) -> Int? {
            text.flatMap { Int($0.trimmed) }.flatMap { $0 < 0 ? nil : $0 }
        }
    }
}
