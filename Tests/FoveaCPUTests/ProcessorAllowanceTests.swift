import FoveaFoundation
import Testing

@testable import FoveaCPU

@Suite("What the process may use of the processor")
struct ProcessorAllowanceTests {
    /// Two cores with two threads each.
    private static let machine = [
        "/sys/devices/system/cpu/online": "0-3\n",
        "/sys/devices/system/cpu/cpu0/topology/thread_siblings_list": "0,2\n",
        "/sys/devices/system/cpu/cpu1/topology/thread_siblings_list": "1,3\n",
        "/sys/devices/system/cpu/cpu2/topology/thread_siblings_list": "0,2\n",
        "/sys/devices/system/cpu/cpu3/topology/thread_siblings_list": "1,3\n",
        "/proc/self/status": "Name:\tfovea\nCpus_allowed:\tf\nCpus_allowed_list:\t0-3\n",
    ]

    private func allowance(
        _ files: [String: String] = [:], environment: [String: String] = [:]
    ) -> ProcessorAllowance {
        let all = Self.machine.merging(files) { $1 }
        return ProcessorAllowance(environment: environment, processors: 7) { all[$0] }
    }

    @Test("a thread for each core, however many threads a core runs at a time")
    func cores() {
        let all = allowance()
        #expect(all.machineCores == 2 && all.cores == 2 && all.logicalProcessors == 4 && all.quota == nil)
        #expect(all.threads == 2 && all.reason == "one for each core")
    }

    @Test("affinity leaves fewer; processors that are not there do not count")
    func affinity() {
        let bound = allowance(["/proc/self/status": "Cpus_allowed_list:\t0,2\n"])
        #expect(bound.machineCores == 2 && bound.cores == 1 && bound.logicalProcessors == 2)
        #expect(bound.threads == 1 && bound.reason == "the cores that the process is bound to")
        #expect(allowance(["/proc/self/status": "Cpus_allowed_list:\t0-127\n"]).cores == 2)
    }

    @Test(
        "a quota leaves as many threads as it keeps running, at least one",
        arguments: [(100_000, 1), (150_000, 1), (199_999, 1), (200_000, 2), (50_000, 1), (800_000, 2)])
    func quota(microseconds: Int, threads: Int) {
        let two = allowance([
            "/proc/self/cgroup": "0::/job\n", "/sys/fs/cgroup/job/cpu.max": "\(microseconds) 100000\n",
        ])
        let one = allowance([
            "/proc/self/cgroup": "4:memory:/\n3:cpu,cpuacct:/job\n0::/\n",
            "/sys/fs/cgroup/cpu/job/cpu.cfs_quota_us": "\(microseconds)\n",
            "/sys/fs/cgroup/cpu/job/cpu.cfs_period_us": "100000\n",
        ])
        for found in [one, two] {
            #expect(found.quota == Double(microseconds) / 100_000)
            #expect(found.threads == threads)
            #expect(found.reason.contains("quota") == (threads < 2))
        }
    }

    @Test("the tightest quota above a group holds, and none is none")
    func quotasOfParents() {
        var files = [
            "/proc/self/cgroup": "0::/batch/job\n", "/sys/fs/cgroup/batch/job/cpu.max": "max 100000\n",
            "/sys/fs/cgroup/batch/cpu.max": "30000 20000\n", "/sys/fs/cgroup/cpu.max": "500000 100000\n",
        ]
        #expect(allowance(files).quota == 1.5)
        files["/sys/fs/cgroup/batch/cpu.max"] = nil
        #expect(allowance(files).quota == 5)
        for nonsense in ["max 100000", "", "x y", "-1 100000", "100000", "100000 0", "0 100000"] {
            files["/sys/fs/cgroup/cpu.max"] = nonsense
            #expect(allowance(files).quota == nil, "\(nonsense)")
        }
        let none = [
            "/proc/self/cgroup": "1:cpu:/\n", "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
            "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]
        #expect(allowance(none).quota == nil)
    }

    @Test("OMP_NUM_THREADS comes before cores and quota, the first of a list counts")
    func environment() {
        let files = ["/proc/self/cgroup": "0::/\n", "/sys/fs/cgroup/cpu.max": "100000 100000"]
        for (text, threads) in [("3", 3), ("4,2", 4), (" 8 ", 8), ("1024", 1024)] {
            let found = allowance(files, environment: ["OMP_NUM_THREADS": text])
            #expect(found.threads == threads && found.reason == "OMP_NUM_THREADS" && found.ignored == nil, "\(text)")
        }
    }

    @Test(
        "OMP_NUM_THREADS is ignored where it makes no sense",
        arguments: ["", "0", "-2", "many", "2.5", "1025", "99999999999999999999", ",2"])
    func ignored(text: String) {
        let found = allowance(environment: ["OMP_NUM_THREADS": text])
        #expect(found.threads == 2 && found.wanted == nil && found.ignored == text)
    }

    @Test("OMP_THREAD_LIMIT holds for what OMP_NUM_THREADS asks for too")
    func limit() {
        let found = allowance(environment: ["OMP_NUM_THREADS": "4", "OMP_THREAD_LIMIT": "1"])
        #expect(found.threads == 1 && found.reason == "OMP_THREAD_LIMIT")
        #expect(allowance(environment: ["OMP_THREAD_LIMIT": "64"]).threads == 2)
    }

    @Test("without the system's files there are as many cores as the system counts processors")
    func unknown() {
        let found = ProcessorAllowance(environment: [:], processors: 7) { _ in nil }
        #expect(found.machineCores == 7 && found.threads == 7 && found.quota == nil)
    }

    @Test("lists of processors are read, and what is none is not")
    func lists() {
        #expect(ProcessorAllowance.numbers(in: "0-2,7\n") == [0, 1, 2, 7])
        for nonsense in ["", "3-1", "a", "1-", "-1", "0-99999999", "1,,2", "1-2-3"] {
            #expect(ProcessorAllowance.numbers(in: nonsense) == nil, "\(nonsense)")
        }
    }
}
