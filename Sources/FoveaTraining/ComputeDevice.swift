import FoveaCPU
import FoveaCUDA
import FoveaFoundation
import FoveaGraph
public import FoveaRuntime

/// The devices that networks run on, by the names of the command line.
public enum ComputeDevice: Hashable, Sendable {
    /// The processor: a graphics processor has to be asked for.
    case auto
    /// The processor, through oneDNN.
    case cpu
    /// The processor, by the definition of every operation: slow, for checking.
    case reference
    /// An NVIDIA graphics processor, by its number from 0.
    case cuda(Int)

    /// Opens the device.
    ///
    /// - Parameters:
    ///   - options: the number of threads that compute, where the device does not decide it, and how kernels are
    ///     chosen: by default by timing them in each process; ``KernelCache`` remembers.
    ///   - precision: the precision that networks compute in.
    ///   - compilation: options for compiling graphs, such as the passes to leave out.
    /// - Throws: ``FoveaError`` with code `unavailable` when the device is not available, with code `usage` when it
    ///   cannot run on that many threads.
    public func open(
        _ options: BackendOptions = BackendOptions(), precision: ComputePrecision = .f32,
        compiling compilation: CompileOptions = CompileOptions()
    ) throws -> Device {
        switch self {
        case .auto, .cpu:
            try require(precision, among: [.f32])
            try refuseRecomputing(options)
            return try Device(CPUBackend(options), options: compilation)
        case .reference:
            guard options.threads ?? 1 == 1 else {
                throw FoveaError(
                    .usage, "The reference device computes on one thread only.",
                    remedy: "Leave --threads out, or use --device cpu.")
            }
            try require(precision, among: [.f32, .bf16])
            try refuseRecomputing(options)
            try ThreadSupply.require(1, for: "the reference device")
            try AvailableMemory.requireRoomToCompute(for: "the reference device")
            return try Device(ReferenceBackend(arithmetic: precision.arithmetic), options: compilation)
        case .cuda(let ordinal):
            guard options.threads == nil else {
                throw FoveaError(
                    .usage, "A CUDA device does not compute on the processor's threads.",
                    remedy: "Leave --threads out; --workers says how many threads prepare the data.")
            }
            try ThreadSupply.require(1, for: "the CUDA device")
            let backend = try CUDABackend(
                device: ordinal, arithmetic: precision.arithmetic, allowsTensorFloat32: precision == .tf32,
                timesKernels: options.kernels.rule == .timed, recomputesActivations: options.recomputesActivations)
            return try Device(backend, options: compilation)
        }
    }

    private func refuseRecomputing(_ options: BackendOptions) throws {
        guard options.recomputesActivations else { return }
        throw FoveaError(
            .usage, "Gradient checkpointing is a choice of CUDA devices only.",
            remedy: "Leave --gradient-checkpointing out: the processor computes normalizations again anyway.")
    }

    private func require(_ precision: ComputePrecision, among known: [ComputePrecision]) throws {
        guard !known.contains(precision) else { return }
        let names = known.map(\.rawValue).joined(separator: " or ")
        let device = self == .auto ? "the processor" : "--device \(rawValue)"
        throw FoveaError(
            .usage, "Networks do not compute in \(precision.rawValue) on \(device).",
            remedy: "Use --precision \(names), or --device cuda.")
    }
}

extension ComputeDevice: RawRepresentable, CaseIterable {
    /// One of each kind.
    public static let allCases: [ComputeDevice] = [.auto, .cpu, .reference, .cuda(0)]

    /// `auto`, `cpu`, `reference`; `cuda` for the first graphics processor, `cuda:1` for the second.
    public var rawValue: String {
        switch self {
        case .auto: "auto"
        case .cpu: "cpu"
        case .reference: "reference"
        case .cuda(0): "cuda"
        case .cuda(let ordinal): "cuda:\(ordinal)"
        }
    }

    public init?(rawValue: String) {
        if let known = Self.allCases.first(where: { $0.rawValue == rawValue }) {
            self = known
            return
        }
        let prefix = "cuda:"
        guard rawValue.hasPrefix(prefix), let ordinal = UInt16(rawValue.dropFirst(prefix.count)) else { return nil }
        self = .cuda(Int(ordinal))
    }
}
