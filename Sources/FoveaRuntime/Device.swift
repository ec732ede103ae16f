import Dispatch
import FoveaFoundation
public import FoveaGraph
import Synchronization

/// A backend and the one thread that all of its work runs on.
///
/// The calls are asynchronous and run in the order in which they are made. State kept from run to run belongs to
/// owners: see ``DeviceStates``. Denormal numbers, below 1.2e-38 in single precision, count as zero in a device's
/// computations.
public actor Device {
    public nonisolated let backend: any Backend
    package nonisolated let options: CompileOptions
    private let thread: ComputeThread

    /// Verifies after each pass in debug builds.
    public init(_ backend: any Backend) { self.init(backend, validated: CompileOptions()) }

    /// - Throws: ``FoveaError`` with code `usage` when the backend has no pass of a name that is left out.
    public init(_ backend: any Backend, options: CompileOptions) throws {
        try options.validate(for: backend)
        self.init(backend, validated: options)
    }

    private init(_ backend: any Backend, validated options: CompileOptions) {
        self.backend = backend
        self.options = options
        thread = ComputeThread(name: "fovea.\(backend.name)")
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // Safe: the actor keeps the thread as long as it lives.
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Plans a graph after some passes.
    ///
    /// - Parameters:
    ///   - states: the states that the program reads and updates; missing ones are created, filled with zeros. By
    ///     default the program has its own states.
    ///   - passes: by default those of the backend.
    /// - Throws: ``FoveaError`` when the graph is invalid, when a state exists with another type, when the states are
    ///   another device's, or when the backend cannot plan the graph.
    public func compile(
        _ graph: Graph, states: DeviceStates? = nil, passes: [any Pass]? = nil
    ) throws -> Program {
        try compile(optimized(graph, by: passes), states: states)
    }

    /// Plans a graph that has gone through the passes.
    ///
    /// - Throws: as ``compile(_:states:passes:)``.
    public func compile(_ optimized: OptimizedGraph, states: DeviceStates? = nil) throws -> Program {
        let graph = optimized.graph
        let states = states ?? DeviceStates(on: self)
        try expectOwn(optimized, states)
        try states.expectTypes(of: graph.states)
        try states.create(graph.states.map { ($0.name, $0.type) }, on: backend)
        return try withDenormalNumbers(asZero: true) { try Program(graph, on: backend, states: states) }
    }

    private func expectOwn(_ optimized: OptimizedGraph, _ states: DeviceStates) throws {
        guard states.device === self else {
            throw FoveaError(
                .usage, "The states given belong to another device.",
                remedy: "Make them with DeviceStates(on:) for this one, and write their values.")
        }
        guard optimized.device === self else {
            throw FoveaError(
                .usage, "The graph was optimized for another device.",
                remedy: "Optimize it for the one that compiles it.")
        }
    }

    /// The bytes that compiling a graph and running it would take beyond what the device holds: its tensors, missing
    /// states, and the inputs of a run. The graph is planned, not compiled.
    ///
    /// - Returns: nil where the backend cannot tell, or does not support all of the graph.
    /// - Throws: as ``compile(_:states:passes:)``.
    public func predictedByteCount(of optimized: OptimizedGraph, states: DeviceStates) throws -> Int? {
        try expectOwn(optimized, states)
        let graph = optimized.graph
        guard graph.nodes.allSatisfy({ backend.capabilities.run($0, of: graph) }),
            let program = try withDenormalNumbers(
                asZero: true, { try backend.predictedByteCount(of: graph, state: states.current) })
        else { return nil }
        return saturatingSum(program, outsideByteCount(of: graph, states))
    }

    /// An upper bound on the bytes that compiling and running a graph takes beyond what the device holds, without
    /// working memory of kernels: as if nothing were shared, and each tensor were kept in two layouts.
    ///
    /// Fast, so that only graphs that may not fit have to be planned.
    package func upperByteCount(of optimized: OptimizedGraph, states: DeviceStates) -> Int {
        let graph = optimized.graph
        let tensors = graph.nodes.flatMap(\.results).reduce(0) { saturatingSum($0, $1.byteCount) }
        return saturatingSum(saturatingProduct(2, tensors), outsideByteCount(of: graph, states))
    }

    /// The bytes of missing states and of inputs.
    private func outsideByteCount(of graph: Graph, _ states: DeviceStates) -> Int {
        let missing = graph.states.filter { !states.contains($0.name) }.map(\.type)
        return (missing + graph.inputs.map(\.type)).reduce(0) { saturatingSum($0, $1.byteCount) }
    }

    /// Runs a program that this device compiled, and reads all of its outputs.
    ///
    /// - Throws: ``FoveaError`` when the inputs are not those of the program.
    public func run(_ program: Program, _ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let results = try program.run(program.ordered(inputs)).map { try $0.read() }
        return Dictionary(zip(program.outputs, results), uniquingKeysWith: { first, _ in first })
    }

    /// Runs a program that this device compiled, and leaves its outputs on the device: to be read one by one, or to be
    /// inputs of another program.
    ///
    /// - Parameter inputs: tensors, or outputs of programs, by name.
    /// - Throws: ``FoveaError`` when the inputs are not those of the program.
    public func results(
        of program: Program, given inputs: [String: any DeviceValue]
    ) throws -> [String: any DeviceValue] {
        let results = try program.run(program.ordered(inputs))
        return Dictionary(zip(program.outputs, results), uniquingKeysWith: { first, _ in first })
    }

    /// The elements of values on the host, on the device's thread.
    package func read(_ values: [String: any DeviceValue]) throws -> [String: Tensor] {
        try values.mapValues { try $0.read() }
    }

    /// Begins to bring tensors to the device, to be inputs of programs: while a program runs, on devices that compute by
    /// themselves. On others they stay where they are.
    ///
    /// - Throws: ``FoveaError`` when there is not enough memory.
    public func stage(_ tensors: [String: Tensor]) throws -> [String: any DeviceValue] {
        try tensors.mapValues { try backend.stage($0) }
    }

    func read(_ names: [String], of states: DeviceStates) throws -> [Tensor] {
        try names.map { try states.buffer($0).read() }
    }

    func reading<Result: Sendable>(
        _ states: DeviceStates, _ body: @Sendable (_ read: (String) throws -> Tensor) throws -> Result
    ) throws -> Result {
        try body { try states.buffer($0).read() }
    }

    func nonFiniteNames(of states: DeviceStates) throws -> [String] {
        let buffers = states.current.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let isFinite = try sideBySide(buffers.count) { try buffers[$0].value.isFinite }
        return zip(buffers, isFinite).filter { !$1 }.map(\.0.key)
    }

    func write(_ values: [(name: String, tensor: some TensorSource)], to states: DeviceStates) throws {
        try states.create(values.map { ($0.name, $0.tensor.type) }, on: backend)
        let buffers = try values.map { name, tensor in
            let buffer = try states.buffer(name)
            guard buffer.type == tensor.type else {
                throw FoveaError(
                    .usage, "The device holds `\(name)` as \(buffer.type), the new value is \(tensor.type).",
                    remedy: "Give it a value of the same type.")
            }
            return buffer
        }
        // Reading a file waits for the system, and so does fresh memory.
        _ = try sideBySide(values.count) { try buffers[$0].write(values[$0].tensor) }
    }

    /// The results of independent pieces of work, on all cores.
    private func sideBySide<Result: Sendable>(
        _ count: Int, _ work: @Sendable (_ index: Int) throws -> Result
    ) throws -> [Result] {
        let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let result = Swift.Result { try work(index) }
            results.withLock { $0[index] = result }
        }
        let found = results.withLock { $0 }
        return try (0..<count).compactMap { try found[$0]?.get() }
    }
}
