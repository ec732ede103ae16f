import FoveaFoundation

/// The part of the machine's processor that this process may use, and the default number of threads.
public struct ProcessorAllowance: Sendable {
    /// The machine's cores, each counted once however many threads it runs at a time.
    public let machineCores: Int
    /// The cores that the process may run on: its affinity, set by `taskset` and containers.
    public let cores: Int
    /// The logical processors (hardware threads) that the process may run on, in the system's count.
    public let logicalProcessors: Int
    /// The number of cores whose time the quota of the process's control groups grants; nil where there is none.
    public let quota: Double?
    /// The value of `OMP_NUM_THREADS`; nil where it is not set or invalid.
    public let wanted: Int?
    /// The value of `OMP_THREAD_LIMIT`; nil where it is not set or invalid.
    public let limit: Int?
    /// The value of `OMP_NUM_THREADS` if it is invalid, so that it is ignored.
    public let ignored: String?

    /// The current allowance.
    public static var current: ProcessorAllowance {
        ProcessorAllowance(
            environment: ProcessInfo.processInfo.environment,
            processors: ProcessInfo.processInfo.activeProcessorCount, reading: contents(ofSystemFile:))
    }

    /// - Parameters:
    ///   - processors: their number where the system's files do not contain it.
    ///   - file: the content of a file of the system, or nil where it cannot be read.
    init(environment: [String: String], processors: Int, reading file: (_ path: String) -> String?) {
        let everything = (0..<max(1, processors)).map(\.self)
        let online = file("/sys/devices/system/cpu/online").flatMap(Self.numbers(in:)) ?? everything
        let bound = file("/proc/self/status")?.split(separator: "\n").first { $0.hasPrefix(Self.affinityName) }
            .flatMap { Self.numbers(in: String($0.dropFirst(Self.affinityName.count))) }
        // The list of allowed processors may name some that do not exist.
        let allowed = bound.map { Set($0).intersection(online) }.flatMap { $0.isEmpty ? nil : $0.sorted() } ?? online
        func coreCount(_ processors: [Int]) -> Int {
            // The threads of one core share the list of their numbers.
            Set(processors.map { file(Self.siblings(of: $0))?.trimmed ?? "\($0)" }).count
        }
        machineCores = coreCount(online)
        cores = coreCount(allowed)
        logicalProcessors = allowed.count
        quota = ControlGroups.processorQuota(reading: file)
        let text = environment["OMP_NUM_THREADS"]
        wanted = text.flatMap(Self.threadCount)
        ignored = wanted == nil ? text : nil
        limit = environment["OMP_THREAD_LIMIT"].flatMap(Self.threadCount)
    }

    /// The default number of threads: the value of `OMP_NUM_THREADS`, else the cores that the process may run on, or as
    /// many as its quota keeps running all the time. One more thread would only make the others wait for it while it is
    /// stopped.
    public var threads: Int {
        let found = wanted ?? quota.map { min(cores, max(1, Int(clamping: $0))) } ?? cores
        return max(1, min(found, limit ?? .max, CPUBackend.maximumThreads))
    }

    /// The reason for this number of threads, for display.
    public var reason: String {
        if let limit, threads == limit, limit < wanted ?? cores { return "OMP_THREAD_LIMIT" }
        if wanted != nil { return "OMP_NUM_THREADS" }
        if let quota, Int(clamping: quota) < cores {
            return "the control group's quota of \(quota.text(digits: 2)) cores"
        }
        return cores < machineCores ? "the cores that the process is bound to" : "one for each core"
    }

    private static let affinityName = "Cpus_allowed_list:"

    private static func siblings(of processor: Int) -> String {
        "/sys/devices/system/cpu/cpu\(processor)/topology/thread_siblings_list"
    }

    /// The numbers of a list in Linux's notation: `0-2,7`. Nil for other text.
    static func numbers(in list: String) -> [Int]? {
        var numbers: [Int] = []
        for part in list.trimmed.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0], let last = ends[ends.count - 1],
                first >= 0, last >= first, last < 1 << 16
            else { return nil }
            numbers += first...last
        }
        return numbers
    }

    /// The first number of `4,2`, the number of threads at each level; nil unless it is from 1 to 1024.
    private static func threadCount(_ text: String) -> Int? {
        let first = text.prefix { $0 != "," }.trimmed
        guard let count = Int(first), (1...CPUBackend.maximumThreads).contains(count) else { return nil }
        return count
    }
}

extension Int {
    /// The whole part, at least 0 and at most the largest integer.
    fileprivate init(clamping value: Double) { self = value < 1 ? 0 : Int(exactly: value.rounded(.down)) ?? .max }
}
