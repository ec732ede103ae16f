public import FoveaGraph
public import FoveaRuntime
import CFoveaCPU

/// Runs graphs on the processor: oneDNN's kernels, and loops of our own for what it lacks.
public struct CPUBackend: Backend {
    public let name = "cpu"
    /// The number of threads that each program uses.
    public let threads: Int
    private let engine: Engine

    /// - Parameter threads: by default one for each physical core.
    /// - Throws: ``FoveaError`` when the number of threads is not from 1 to 1024.
    public init(threads: Int? = nil) throws {
        let threads = threads ?? Processor.physicalCoreCount
        guard (1...1024).contains(threads) else {
            throw FoveaError(
                .usage, "The CPU cannot run on \(threads) threads.",
                remedy: "Use 1 to 1024; \(Processor.physicalCoreCount) is the number of cores.")
        }
        self.threads = threads
        engine = try Engine()
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
        return try CPUExecutable(graph, state: state, threads: threads, on: engine)
    }
}
