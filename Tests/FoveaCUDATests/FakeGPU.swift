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

    /// With cuDNN and cuBLASLt, as most machines have them.
    static var allLibraries: CUDALibraries {
        CUDALibraries(
            driver: fake_gpu_driver(), compiler: fake_gpu_nvrtc(), cudnn: fake_gpu_cudnn(),
            matrices: fake_gpu_cublaslt())
    }

    /// With generated kernels only, or with NVIDIA's where they have some.
    static func backend(withLibraries: Bool = false, recomputesActivations: Bool = false) throws -> CUDABackend {
        try CUDABackend(withLibraries ? allLibraries : libraries, recomputesActivations: recomputesActivations)
    }

    /// The first misuse of the interface since the last reset; nil where there was none.
    static var misuse: String? {
        unsafe fake_gpu_misuse().map { unsafe String(cString: $0) }
    }
}
