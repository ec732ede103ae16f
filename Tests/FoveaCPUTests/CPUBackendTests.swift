import FoveaCPU
import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("The CPU backend")
struct CPUBackendTests {
    @Test("computes what the reference computes", arguments: try OperationCase.all())
    func parity(testCase: OperationCase) async throws {
        for parity in try await checkParity(of: CPUBackend(threads: 2), on: [testCase]) {
            #expect(parity.failures.isEmpty, "\(testCase): \(parity.failures.joined(separator: "; "))")
            #expect(!parity.fellBack, "\(testCase) fell back to the reference backend")
        }
    }
}
