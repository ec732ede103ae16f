import CFakeGPU
import FoveaCUDA
import Testing

/// All tests of the CUDA backend, one after the other: the fake device that they run on is one for the process.
@Suite(.serialized)
enum CUDATests {}

/// A device that is none: calls of NVIDIA's driver and compiler that run kernels on the processor, on memory that is
/// poisoned, and notice misuse.
enum FakeGPU {
    /// The device as it is in the beginning.
    static func reset() { fake_gpu_reset() }

    static var libraries: CUDALibraries { CUDALibraries(driver: fake_gpu_driver(), compiler: fake_gpu_nvrtc()) }

    static func backend() throws -> CUDABackend { try CUDABackend(libraries) }

    /// The first misuse of the interface since the last reset; nil where there was none.
    static var misuse: String? {
        unsafe fake_gpu_misuse().map { unsafe String(cString: $0) }
    }
}
