public import FoveaCPU
import FoveaFoundation
import FoveaGraph
public import FoveaRuntime

/// The devices that networks run on, by the names of the command line.
public enum ComputeDevice: String, CaseIterable, Sendable {
    /// The fastest device that is there.
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
    ///   - threads: how many threads compute; as many as ``ProcessorAllowance`` says when not given.
    ///   - kernels: how the processor's kernels are chosen.
    ///   - compiling: how graphs are compiled; which passes are left out, for example.
    /// - Throws: ``FoveaError`` with code `unavailable` when the device is not there, with code `usage` when it cannot run
    ///   on so many threads.
    public func open(
        threads: Int? = nil, kernels: KernelSelection = KernelSelection(), compiling options: CompileOptions = .init()
    ) throws -> Device {
        switch self {
        case .auto, .cpu: return try Device(CPUBackend(threads: threads, kernels: kernels), options: options)
        case .reference:
            guard threads == nil || threads == 1 else {
                throw FoveaError(
                    .usage, "The reference device computes on one thread only.",
                    remedy: "Leave --threads out, or use --device cpu.")
            }
            try ThreadSupply.require(1, for: "the reference device")
            try AvailableMemory.requireRoomToCompute(for: "the reference device")
            return try Device(ReferenceBackend(), options: options)
        case .cuda:
            throw FoveaError(
                .unavailable, "This build of Fovea has no CUDA backend.", remedy: "Use --device cpu, or leave it out.")
        }
    }
}

extension Device {
    /// Measures each step of a program, and the machine where it is known how.
    func explain(
        _ program: Program, runs: Int, inputs: @Sendable (_ number: Int) throws -> [Tensor]
    ) throws -> Explanation {
        let processor = backend as? CPUBackend
        return try explain(program, runs: runs, inputs: inputs) { try processor?.measureCeilings() }
    }
}
