import CFoveaCPU
import FoveaFoundation
public import FoveaGraph
public import FoveaRuntime

/// Runs graphs on the processor: oneDNN's kernels, and hand-written ones for what it lacks.
public struct CPUBackend: Backend {
    /// With more threads than this, sharing the work makes no sense.
    static let maximumThreads = 1024

    public let name = "cpu"
    /// The number of threads that each program uses.
    public let threads: Int
    /// The choices of kernels.
    public let kernels: KernelSelection
    public let profile: BackendProfile
    private let engine: Engine
    /// The memory that all of its programs work in.
    let arena: SharedArena
    private let memory: @Sendable () -> Int?

    /// - Throws: as ``init(threads:kernels:)``.
    public init(_ options: BackendOptions) throws {
        let machine = Processor.description(threads: options.threads ?? ProcessorAllowance.current.threads)
        try self.init(threads: options.threads, kernels: KernelSelection(options.kernels, on: machine))
    }

    /// - Parameters:
    ///   - threads: by default the number from ``ProcessorAllowance``.
    ///   - kernels: by default chosen by timing them for each backend.
    /// - Throws: ``FoveaError`` when the number of threads is not from 1 to 1024, or more than `OMP_THREAD_LIMIT`
    ///   allows, and when the system does not permit the process that many.
    public init(threads: Int? = nil, kernels: KernelSelection = KernelSelection()) throws {
        try self.init(threads: threads, kernels: kernels, memory: AvailableMemory.byteCount)
    }

    /// - Parameter memory: the bytes that are available; nil where that is not known.
    package init(threads: Int? = nil, kernels: KernelSelection, memory: @escaping @Sendable () -> Int?) throws {
        let allowance = ProcessorAllowance.current
        let threads = threads ?? allowance.threads
        guard (1...Self.maximumThreads).contains(threads) else {
            throw FoveaError(
                .usage, "The CPU cannot run on \(threads) threads.",
                remedy: "Use 1 to \(Self.maximumThreads); \(allowance.cores) is the number of cores.")
        }
        if let limit = allowance.limit, threads > limit {
            throw FoveaError(
                .usage, "OMP_THREAD_LIMIT allows \(limit) threads, and \(threads) are asked for.",
                remedy: "Raise it, or use at most \(limit).")
        }
        // With fewer, OpenMP's library ends the process, and Dispatch waits for ever.
        let purpose = "computing on \(threads) thread\(threads == 1 ? "" : "s")"
        try ThreadSupply.require(threads + ThreadSupply.countOfPool + 2, for: purpose)
        try AvailableMemory.requireRoomToCompute(for: purpose)
        self.threads = threads
        self.kernels = kernels
        self.memory = memory
        engine = try Engine(threads: threads)
        arena = try SharedArena()
        let library = "oneDNN \(Processor.libraryVersion), \(Processor.instructionSet)"
        profile = BackendProfile(
            summary: "\(library), \(threads) thread\(threads == 1 ? "" : "s")", threads: threads,
            machine: Processor.description(threads: threads), kernels: kernels,
            ceilings: { try Ceilings(measuredOn: threads) })
    }

    /// Makes all threads share one arena of the allocator: of use where a process's addresses are limited.
    package static func shareAllocator() { fovea_share_allocator() }

    /// The number of runs that had to be repeated because a kernel may have mistaken NaN or an infinity.
    var carefulRunCount: Int { engine.carefulRunCount }

    public func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        (operation as? any CPULowerable)?.isSupported(operands: operands, results: results) ?? false
    }

    public func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer] { try StateMemory.allocate(types) }

    public func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        // The size of the team belongs to the calling thread, and kernels are generated for it.
        fovea_set_thread_count(Int32(threads))
        return try kernels.reportingChanges {
            let executable = try CPUExecutable(graph, state: state, selecting: kernels, in: arena, on: engine)
            let trial = KernelTrial(of: graph, state: state, selecting: kernels, in: arena, on: engine)
            // A trial that does not fit in memory decides nothing: the program itself does fit.
            guard (try? trial.changesChoices(of: executable)) == true else { return executable }
            return try CPUExecutable(graph, state: state, selecting: kernels, in: arena, on: engine)
        }
    }

    public var availableByteCount: Int? { memory() }

    public func predictedByteCount(of graph: Graph, state: [String: any DeviceBuffer]) throws -> Int? {
        fovea_set_thread_count(Int32(threads))
        var states: [String: StateMemory] = [:]
        for (name, type, _) in graph.states {
            states[name] = try state[name] as? StateMemory ?? StateMemory.planned(type)
        }
        let plan = try LoweredGraph(graph, state: states, selecting: kernels.untimed, on: engine).memoryPlan
        return saturatingSum(max(0, plan.arenaByteCount - arena.byteCount), plan.keptByteCount)
    }
}
