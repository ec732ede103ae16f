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
            arguments: try JoinedCases.all { !($0.operation is Cast) })
        func parity(joined: JoinedCases) async throws {
            let (failures, fallbacks) = try await joined.check(Device(FakeGPU.backend()))
            #expect(failures.isEmpty, "\(failures.joined(separator: "; "))")
            #expect(fallbacks.isEmpty, "falls back to the reference backend")
            #expect(FakeGPU.misuse == nil)
        }
    }
}
