import CFakeGPU
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

        @Test(
            "computes with bfloat16 what the reference computes, within the digits that several roundings leave",
            arguments: try JoinedCases.all(of: .bfloat16) {
                !($0.operation is Cast) && !$0.operationName.contains("Recurrence")
                    && !$0.operationName.contains("Sequence") && !$0.operationName.contains("Lengths")
                    // Differences of nearly equal numbers: networks compute them in float32, with the loss.
                    && !$0.operationName.contains("Softmax")
            })
        func halfPrecision(joined: JoinedCases) async throws {
            let ofLibraries = ["Convolution", "MatrixMultiplication"].contains(where: joined.description.contains)
            let device = Device(try FakeGPU.backend(withLibraries: ofLibraries))
            let (errors, _) = try await joined.relativeErrors(device)
            for (name, error) in errors { #expect(error < 5e-2, "\(name)") }
            #expect(!errors.isEmpty)
            #expect(FakeGPU.misuse == nil)
        }

        @Test(
            "computes the same with cuDNN and cuBLASLt, where these have a kernel",
            arguments: try JoinedCases.all {
                $0.operationName.contains("Convolution") || $0.operationName.contains("MatrixMultiplication")
            })
        func libraries(joined: JoinedCases) async throws {
            let (failures, _) = try await joined.check(Device(FakeGPU.backend(withLibraries: true)))
            #expect(failures.isEmpty, "\(failures.joined(separator: "; "))")
            #expect(fake_gpu_library_runs() > 0)
            #expect(FakeGPU.misuse == nil)
        }
    }
}
