import FoveaGraph
import Testing

import FoveaFoundation

@Suite("Available memory")
struct AvailableMemoryTests {
    @Test("is read from Linux's report")
    func parses() {
        let report = "MemTotal:       24569256 kB\nMemFree:  100 kB\nMemAvailable:   23456 kB\nBuffers: 7 kB\n"
        #expect(AvailableMemory.byteCount(inMemoryInformation: report) == 23456 * 1024)
    }

    @Test(
        "is unknown where the report does not say",
        arguments: ["", "MemFree: 1 kB", "MemAvailable:", "MemAvailable: x kB", "MemAvailable: \(Int.max) kB"])
    func unknown(report: String) {
        #expect(AvailableMemory.byteCount(inMemoryInformation: report) == nil)
    }

    @Test("refuses what the machine cannot give")
    func require() throws {
        try AvailableMemory.require(1, for: "a byte")
        let error = #expect(throws: FoveaError.self) { try AvailableMemory.require(.max, for: "everything") }
        #expect(
            error?.problem.hasPrefix("Not enough memory: everything takes 9.2 EB") == true, "\(error?.problem ?? "")")
    }
}
