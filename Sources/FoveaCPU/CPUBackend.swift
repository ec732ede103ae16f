public import FoveaGraph
public import FoveaRuntime
import CFoveaCPU

/// Runs graphs on the processor: oneDNN's kernels, and loops of our own for what it lacks.
public struct CPUBackend: Backend {
    public let name = "cpu"
    /// The number of threads that each program uses.
    public let threads: Int
    /// Which kernels run which nodes.
    public let kernels: KernelSelection
    private let engine: Engine
    private let memory: @Sendable () -> Int?

    /// - Parameters:
    ///   - threads: by default one for each physical core.
    ///   - kernels: by default chosen by timing them, anew for each backend.
    /// - Throws: ``FoveaError`` when the number of threads is not from 1 to 1024.
    public init(threads: Int? = nil, kernels: KernelSelection = KernelSelection()) throws {
        try self.init(threads: threads, kernels: kernels, memory: AvailableMemory.byteCount)
    }

    /// - Parameter memory: the bytes that are available; nil where that is not known.
    package init(threads: Int? = nil, kernels: KernelSelection, memory: @escaping @Sendable () -> Int?) throws {
        let threads = threads ?? Processor.physicalCoreCount
        guard (1...1024).contains(threads) else {
            throw FoveaError(
                .usage, "The CPU cannot run on \(threads) threads.",
                remedy: "Use 1 to 1024; \(Processor.physicalCoreCount) is the number of cores.")
        }
        self.threads = threads
        self.kernels = kernels
        self.memory = memory
        engine = try Engine(threads: threads)
    }

    public var summary: String {
        "oneDNN \(Processor.libraryVersion), \(Processor.instructionSet), \(threads) thread\(threads == 1 ? "" : "s")"
    }

    public func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        (operation as? any CPULowerable)?.isSupported(operands: operands, results: results) ?? false
    }

    public func makeBuffers(_ types: [TensorType]) throws -> [any DeviceBuffer] { try StateMemory.stretch(of: types) }

    public func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        // The size of the team belongs to the calling thread, and kernels are generated for it.
        fovea_set_thread_count(Int32(threads))
        return try kernels.reportingChanges {
            try CPUExecutable(graph, state: state, selecting: kernels, on: engine)
        }
    }

    public var availableByteCount: Int? { memory() }

    public func predictedByteCount(of graph: Graph) throws -> Int? {
        fovea_set_thread_count(Int32(threads))
        var states: [String: StateMemory] = [:]
        for state in graph.states { states[state.name] = try StateMemory.planned(state.type) }
        let plan = try LoweredGraph(graph, state: states, selecting: kernels.untimed, on: engine).memoryPlan
        return saturatingSum(plan.arenaByteCount, plan.keptByteCount)
    }
}
