import FoveaFoundation
import FoveaGraph
import Testing

@Suite("Limits of the process")
struct ProcessLimitsTests {
    private func limits(_ space: String, _ data: String) -> [String: String] {
        [
            "/proc/self/limits": """
            Limit                     Soft Limit           Hard Limit           Units     
            Max cpu time              unlimited            unlimited            seconds   
            Max data size             \(data)           unlimited            bytes     
            Max address space         \(space)            unlimited            bytes     
            """,
            "/proc/self/status": "VmPeak:\t  9 kB\nVmSize:\t     100 kB\nVmData:\t      30 kB\n",
        ]
    }

    @Test(
        "address space and data count what is used already, and the tighter one holds",
        arguments: [
            ("unlimited", "unlimited", nil), ("1024000", "unlimited", 1_024_000 - 102_400),
            ("unlimited", "40960", 40960 - 30720), ("1024000", "40960", 40960 - 30720), ("1024", "unlimited", 0),
        ] as [(String, String, Int?)])
    func byteCount(space: String, data: String, expected: Int?) {
        let files = limits(space, data)
        #expect(ProcessLimits.byteCount { files[$0] } == expected)
    }

    @Test("are part of the memory that is available, less what is kept for everything else")
    func available() {
        var files = limits("1024000000", "unlimited")
        files["/proc/meminfo"] = "MemAvailable:   900000 kB\n"
        let rest = 1_024_000_000 - 102_400 - AvailableMemory.reserve
        #expect(AvailableMemory.byteCount { files[$0] } == min(900_000 * 1024, rest))
        files["/proc/self/limits"] = nil
        #expect(AvailableMemory.byteCount { files[$0] } == 900_000 * 1024)
    }
}
