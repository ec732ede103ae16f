import Testing

import FoveaFoundation

@Suite("Control groups")
struct ControlGroupsTests {
    private func byteCount(_ files: [String: String]) -> Int? { ControlGroups.byteCount { files[$0] } }

    @Test("version 2: the limit less what is used, forgettable files counted as free")
    func versionTwo() {
        let files = [
            "/proc/self/cgroup": "0::/job\n", "/sys/fs/cgroup/job/memory.max": "1000\n",
            "/sys/fs/cgroup/job/memory.current": "700\n",
            "/sys/fs/cgroup/job/memory.stat": "anon 400\ninactive_file 100\nactive_file 9\n",
        ]
        #expect(byteCount(files) == 400)
    }

    @Test("version 1, beside other controllers")
    func versionOne() {
        let files = [
            "/proc/self/cgroup": "9:cpu,cpuacct:/x\n4:memory:/job\n0::/\n",
            "/sys/fs/cgroup/memory/job/memory.limit_in_bytes": "1000\n",
            "/sys/fs/cgroup/memory/job/memory.usage_in_bytes": "300\n",
            "/sys/fs/cgroup/memory/job/memory.stat": "inactive_file 1\ntotal_inactive_file 50\n",
        ]
        #expect(byteCount(files) == 750)
    }

    @Test("the tightest limit above a group holds, and so does the root's, where a container has no more of the path")
    func ancestors() {
        var files = [
            "/proc/self/cgroup": "0::/batch/job\n", "/sys/fs/cgroup/batch/job/memory.max": "max\n",
            "/sys/fs/cgroup/batch/job/memory.current": "10\n", "/sys/fs/cgroup/batch/memory.max": "500\n",
            "/sys/fs/cgroup/batch/memory.current": "100\n",
        ]
        #expect(byteCount(files) == 400)
        files["/sys/fs/cgroup/memory.max"] = "300"
        files["/sys/fs/cgroup/memory.current"] = "350"
        #expect(byteCount(files) == 0)
    }

    @Test(
        "nothing is known without limits or from files that make no sense",
        arguments: [
            [:], ["/proc/self/cgroup": ""], ["/proc/self/cgroup": "0::/\nx\n::"],
            ["/proc/self/cgroup": "0::/", "/sys/fs/cgroup/memory.max": "max", "/sys/fs/cgroup/memory.current": "1"],
            ["/proc/self/cgroup": "0::/", "/sys/fs/cgroup/memory.max": "-5", "/sys/fs/cgroup/memory.current": "1"],
            ["/proc/self/cgroup": "0::/", "/sys/fs/cgroup/memory.max": "99999999999999999999"],
        ])
    func unknown(files: [String: String]) {
        #expect(byteCount(files) == nil)
    }
}
