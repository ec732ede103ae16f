public import FoveaGraph
public import FoveaRuntime

/// Runs graphs on an NVIDIA graphics processor, with kernels that are generated for each program.
public struct CUDABackend: Backend {
    public let name = "cuda"
    public let profile: BackendProfile
    /// Whether convolutions and products in float32 round their factors to eleven binary digits.
    public let allowsTensorFloat32: Bool
    private let context: CUDAContext
    private let modules: KernelModules
    private let planning: DeviceLibraries
    private let staging: InputStaging

    /// Opens a device.
    ///
    /// - Parameters:
    ///   - ordinal: its number, from 0.
    ///   - arithmetic: the type that layers compute in, float32 or bfloat16.
    ///   - allowsTensorFloat32: whether convolutions and products in float32 may round their factors to eleven binary
    ///     digits (TF32), which is several times as fast.
    ///   - timesKernels: whether cuDNN's kernels are timed when a convolution is first compiled, and the fastest remembered
    ///     for later processes; otherwise cuDNN's first choice is used.
    ///   - recomputesActivations: whether the backward pass computes element-wise results of the forward pass again instead of
    ///     keeping them, which takes less memory and more time (gradient checkpointing).
    /// - Throws: ``FoveaError`` with code `unavailable` when a library, the driver or the device is missing or too old.
    public init(
        device ordinal: Int = 0, arithmetic: DataType = .float32, allowsTensorFloat32: Bool = false,
        timesKernels: Bool = true, recomputesActivations: Bool = false
    ) throws {
        try self.init(
            .open(), device: ordinal, arithmetic: arithmetic, allowsTensorFloat32: allowsTensorFloat32,
            timesKernels: timesKernels, recomputesActivations: recomputesActivations, cache: Self.standardCache)
    }

    /// The folder of the user's cache that remembers compiled kernels.
    package static var standardCache: String? { CompilationCache.standardFolder }

    /// - Parameters:
    ///   - libraries: the system's, or a test's.
    ///   - cache: the folder that remembers compiled and chosen kernels; nil for none.
    ///   - poisonsMemory: whether fresh memory is filled with NaN, to show what is read before it is written.
    package init(
        _ libraries: CUDALibraries, device ordinal: Int = 0, arithmetic: DataType = .float32,
        allowsTensorFloat32: Bool = false, timesKernels: Bool = false, recomputesActivations: Bool = false,
        cache: String? = nil, poisonsMemory: Bool = false
    ) throws {
        guard arithmetic.isDeviceFloat else {
            throw FoveaError(
                .usage, "Networks do not compute in \(arithmetic.rawValue) on a CUDA device.",
                remedy: "Use float32 or bfloat16.")
        }
        self.allowsTensorFloat32 = allowsTensorFloat32
        context = try CUDAContext(libraries, ordinal: ordinal, poisonsMemory: poisonsMemory)
        try KernelCompiler(libraries: libraries).requireKnown(context.device)
        let cache = cache.map(CompilationCache.init)
        modules = KernelModules(context, cache: cache)
        staging = InputStaging(context)
        var planning = DeviceLibraries(
            context, allowsTensorFloat32: allowsTensorFloat32, timesKernels: timesKernels, cache: cache)
        planning.recomputesActivations = recomputesActivations
        self.planning = planning
        let device = context.device
        let memory = byteCountText(device.memoryByteCount)
        let missing = planning.missing.isEmpty ? "" : ", without \(planning.missing.joined(separator: " and "))"
        let summary =
            "\(device.name), compute capability \(device.capabilityText), \(memory), driver for CUDA \(device.driverVersionText)\(missing)"
        profile = BackendProfile(
            summary: summary, machine: "\(device.name), \(device.multiprocessors) multiprocessors",
            arithmetic: arithmetic, isAsynchronous: true)
    }

    public func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        (operation as? any DeviceLowerable)?.isSupportedOnDevice(operands: operands, results: results) ?? false
    }

    public var pipeline: [any Pass] {
        Graph.simplifications + [
            FuseConvolutionEpilogue(),  // a sum and an activation cost nothing while the result is in registers
            FuseMatrixMultiplicationEpilogue(),  // the same for fully connected layers
            FuseLossGradient(),  // a loss and its gradient need the same exponentials
        ]
    }

    public func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer] {
        try context.makeCurrent()
        return try types.map { try CUDAState($0, on: context) }
    }

    public func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        try context.makeCurrent()
        return try CUDAExecutable(graph, state: state, modules: modules, with: planning, on: context)
    }

    public func stage(_ tensor: Tensor) throws -> any DeviceValue { try staging.stage(tensor) }

    public var availableByteCount: Int? { context.availableByteCount }

    public func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int? {
        let planner = try ProgramPlanner(graph, with: planning, isPrediction: true)
        let plan = DeviceMemoryPlan(planner)
        let outputs = planner.outputs.reduce(0) { saturatingSum($0, $1.type.byteCount) }
        return saturatingSum(plan.arenaByteCount, saturatingSum(plan.constantByteCount, outputs))
    }
}
