import FoveaCUDA
import FoveaGraph
import FoveaRuntime
import FoveaTestSupport
import Testing

extension CUDATests {
    @Suite("The CUDA backend")
    struct CUDABackendTests {
        init() { FakeGPU.reset() }

        @Test(
            "computes what the reference computes",
            arguments: try OperationCase.all().filter { !($0.operation is Cast) })
        func parity(testCase: OperationCase) async throws {
            for parity in try await checkParity(of: FakeGPU.backend(), on: [testCase]) {
                #expect(parity.failures.isEmpty, "\(testCase): \(parity.failures.joined(separator: "; "))")
                #expect(parity.fallbacks.isEmpty, "\(testCase) fell back to the reference backend")
            }
            #expect(FakeGPU.misuse == nil)
        }
    }
}
