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

    /// - Parameters:
    ///   - threads: by default one for each physical core.
    ///   - kernels: by default chosen by timing them, anew for each backend.
    /// - Throws: ``FoveaError`` when the number of threads is not from 1 to 1024.
    public init(threads: Int? = nil, kernels: KernelSelection = KernelSelection()) throws {
        let threads = threads ?? Processor.physicalCoreCount
        guard (1...1024).contains(threads) else {
            throw FoveaError(
                .usage, "The CPU cannot run on \(threads) threads.",
                remedy: "Use 1 to 1024; \(Processor.physicalCoreCount) is the number of cores.")
        }
        self.threads = threads
        self.kernels = kernels
        engine = try Engine(threads: threads)
    }

    public var summary: String {
        "oneDNN \(Processor.libraryVersion), \(Processor.instructionSet), \(threads) thread\(threads == 1 ? "" : "s")"
    }

    public func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        (operation as? any CPULowerable)?.isSupported(operands: operands, results: results) ?? false
    }

    public func makeBuffer(_ type: TensorType) throws -> any DeviceBuffer { try StateMemory(type) }

    public func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        // The size of the team belongs to the calling thread, and kernels are generated for it.
        fovea_set_thread_count(Int32(threads))
        return try kernels.reportingChanges {
            try CPUExecutable(graph, state: state, selecting: kernels, on: engine)
        }
    }
}
