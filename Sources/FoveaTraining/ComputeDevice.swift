import FoveaCPU
import FoveaFoundation
import FoveaGraph
public import FoveaRuntime

/// The devices that networks run on, by the names of the command line.
public enum ComputeDevice: String, CaseIterable, Sendable {
    /// The fastest available device.
    case auto
    /// The processor, through oneDNN.
    case cpu
    /// The processor, by the definition of every operation: slow, for checking.
    case reference
    /// An NVIDIA graphics processor.
    case cuda

    /// Opens the device.
    ///
    /// - Parameters:
    ///   - options: the number of threads that compute, where the device does not decide it, and how kernels are
    ///     chosen: by default by timing them in each process; ``KernelCache`` remembers.
    ///   - compilation: options for compiling graphs, such as the passes to leave out.
    /// - Throws: ``FoveaError`` with code `unavailable` when the device is not available, with code `usage` when it
    ///   cannot run on that many threads.
    public func open(
        _ options: BackendOptions = BackendOptions(), compiling compilation: CompileOptions = CompileOptions()
    ) throws -> Device {
        switch self {
        case .auto, .cpu: return try Device(CPUBackend(options), options: compilation)
        case .reference:
            guard options.threads ?? 1 == 1 else {
                throw FoveaError(
                    .usage, "The reference device computes on one thread only.",
                    remedy: "Leave --threads out, or use --device cpu.")
            }
            try ThreadSupply.require(1, for: "the reference device")
            try AvailableMemory.requireRoomToCompute(for: "the reference device")
            return try Device(ReferenceBackend(), options: compilation)
        case .cuda:
            throw FoveaError(
                .unavailable, "This build of Fovea has no CUDA backend.", remedy: "Use --device cpu, or leave it out.")
        }
    }
}
