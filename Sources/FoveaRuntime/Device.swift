import Dispatch
public import FoveaGraph
import Synchronization

/// A backend with the state that lives on it, and the one thread that all of its work runs on.
///
/// The calls are asynchronous and run in the order in which they are made.
public actor Device {
    public nonisolated let backend: any Backend
    private let thread: ComputeThread
    private var state: [String: any DeviceBuffer] = [:]

    public init(_ backend: any Backend) {
        self.backend = backend
        thread = ComputeThread(name: "fovea.\(backend.name)")
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // Safe: the actor keeps the thread for as long as it lives.
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Plans a graph after some passes. States that are not on the device yet are created, filled with zeros.
    ///
    /// - Throws: ``FoveaError`` when the graph is not sound, when a state is there with another type, or when the backend
    ///   cannot plan it.
    public func compile(_ graph: Graph, passes: [any Pass] = Graph.standardPasses) throws -> Program {
        try graph.verify()
        let optimized = try graph.optimized(by: passes)
        for held in optimized.states {
            guard let buffer = state[held.name], buffer.type != held.type else { continue }
            throw FoveaError(
                .usage, "The device holds `\(held.name)` as \(buffer.type), the graph expects \(held.type).",
                remedy: "Use a device of its own for another network.")
        }
        try makeBuffers(optimized.states.map { ($0.name, $0.type) })
        return try Program(optimized, on: backend, state: state)
    }

    /// The bytes that compiling a graph and running it would take beyond what the device holds: its tensors, states that
    /// are not there yet, and what a run is given. It is planned, not compiled.
    ///
    /// - Returns: nil where the backend cannot tell, or does not support all of the graph.
    /// - Throws: as ``compile(_:passes:)``.
    public func predictedByteCount(of graph: Graph) throws -> Int? {
        try graph.verify()
        let optimized = try graph.optimized(by: Graph.standardPasses)
        guard optimized.nodes.allSatisfy({ !optimized.isComputed($0) || optimized.isSupported($0, by: backend) }),
            let program = try backend.predictedByteCount(of: optimized)
        else { return nil }
        return saturatingSum(program, outsideByteCount(of: optimized))
    }

    /// The bytes that compiling a graph and running it takes at most beyond what the device holds, short of working memory
    /// of kernels: as if nothing were shared, and each tensor were kept in two layouts.
    ///
    /// Found at once, so that only what may not fit has to be planned.
    package func upperByteCount(of graph: Graph) -> Int {
        let tensors = graph.nodes.flatMap(\.results).reduce(0) { saturatingSum($0, $1.byteCount) }
        return saturatingSum(saturatingProduct(2, tensors), outsideByteCount(of: graph))
    }

    /// States that are not on the device yet, and inputs.
    private func outsideByteCount(of graph: Graph) -> Int {
        let states = graph.states.filter { state[$0.name] == nil }.map(\.type)
        return (states + graph.inputs.map(\.type)).reduce(0) { saturatingSum($0, $1.byteCount) }
    }

    /// Runs a program that this device compiled.
    ///
    /// - Throws: ``FoveaError`` when the inputs are not those of the program.
    public func run(_ program: Program, _ inputs: [String: Tensor]) throws -> [String: Tensor] {
        try program.run(inputs)
    }

    /// The values of some states.
    ///
    /// - Throws: ``FoveaError`` when the device has no state of that name.
    public func read(_ names: [String]) throws -> [Tensor] {
        try names.map { try buffer($0).read() }
    }

    /// Gives states new values; states that are not on the device yet are created.
    ///
    /// - Parameter values: each name once.
    /// - Throws: ``FoveaError`` when a state is there with another type.
    public func write(_ values: [(name: String, tensor: some TensorSource)]) throws {
        try makeBuffers(values.map { ($0.name, $0.tensor.type) })
        let buffers = try values.map { name, tensor in
            let buffer = try buffer(name)
            guard buffer.type == tensor.type else {
                throw FoveaError(
                    .usage, "The device holds `\(name)` as \(buffer.type), the new value is \(tensor.type).",
                    remedy: "Give it a value of the same type.")
            }
            return buffer
        }
        // Side by side: what is read from a file waits for the system, and fresh memory does so too.
        let failures = Mutex<[Int: any Error]>([:])
        DispatchQueue.concurrentPerform(iterations: values.count) { index in
            do {
                try buffers[index].write(values[index].tensor)
            } catch {
                failures.withLock { $0[index] = error }
            }
        }
        if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
    }

    /// Memory for the states that are not there yet.
    private func makeBuffers(_ wanted: [(name: String, type: TensorType)]) throws {
        let missing = wanted.filter { state[$0.name] == nil }
        guard !missing.isEmpty else { return }
        for (wanted, buffer) in zip(missing, try backend.makeBuffers(missing.map(\.type))) {
            state[wanted.name] = buffer
        }
    }

    private func buffer(_ name: String) throws -> any DeviceBuffer {
        guard let buffer = state[name] else {
            throw FoveaError(.usage, "The device holds no state named `\(name)`.", remedy: "Compile or write it first.")
        }
        return buffer
    }
}
