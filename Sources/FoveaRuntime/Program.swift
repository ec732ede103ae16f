import FoveaFoundation
public import FoveaGraph

/// A graph that has been compiled for one device: what a training step or a prediction runs.
///
/// Compiled by ``Device/compile(_:states:passes:)`` and run by ``Device/run(_:_:)``, on the device's compute thread.
public struct Program: Sendable {
    /// The graph as it is run, after all passes.
    public let graph: Graph
    /// What the program reads and updates from run to run.
    public let states: DeviceStates
    private let plan: Plan

    /// How the graph is run.
    private enum Plan: Sendable {
        /// Everything on the device: the executable reads and updates the state itself.
        case whole(any Executable)
        /// Some nodes on the reference backend: values cross between the segments on the host.
        case segmented([(graph: Graph, executable: any Executable)], state: [String: any DeviceBuffer])
    }

    init(_ graph: Graph, on backend: any Backend, states: DeviceStates) throws {
        self.graph = graph
        self.states = states
        let state = states.current
        let capabilities = backend.capabilities
        if graph.nodes.allSatisfy({ capabilities.run($0, of: graph) }) {
            plan = .whole(try backend.compile(graph, state: state))
        } else {
            let reference = ReferenceBackend()
            let segments = try graph.segments(for: capabilities).map { segment in
                let executable =
                    segment.onDevice
                    ? try backend.compile(segment.graph, state: state)
                    : try reference.compile(segment.graph, state: state)
                return (graph: segment.graph, executable: executable)
            }
            plan = .segmented(segments, state: state)
        }
    }

    /// The names and types of what a run is given, in order.
    public var inputs: [(name: String, type: TensorType)] { graph.inputs.map { ($0.name, $0.type) } }

    /// The names of what a run gives, in order.
    public var outputs: [String] { graph.outputs.map(\.name) }

    /// Which node runs where and how; the fallback to the reference backend is visible here.
    public var steps: [ExecutableStep] {
        switch plan {
        case .whole(let executable): executable.steps
        case .segmented(let segments, _): segments.flatMap(\.executable.steps)
        }
    }

    /// The operations that the device does not support and the reference backend runs, each once, sorted by name.
    public var fallbacks: [String] {
        guard case .segmented = plan else { return [] }
        return Set(steps.filter { $0.device == "reference" }.map(\.operation)).sorted()
    }

    /// The report of ``steps`` as a table for people.
    public func explain() -> String {
        let rows = steps.map { [$0.path.isEmpty ? "–" : $0.path, $0.operation, $0.device, $0.implementation] }
        return textTable(header: ["layer", "operation", "device", "implementation"], rows: rows)
    }

    func run(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let results = try run(ordered(inputs))
        return Dictionary(zip(graph.outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
    }

    /// Runs the program on inputs in the order of ``inputs``; the results are in the order of the graph's outputs.
    ///
    /// - Parameter stopwatch: told about the end of each of ``steps``.
    func run(_ inputs: [Tensor], stopwatch: Stopwatch? = nil) throws -> [Tensor] {
        try expectTypes(inputs)
        stopwatch?.start()
        return try withDenormalNumbers(asZero: true) {
            switch plan {
            case .whole(let executable): try executable.run(inputs, stopwatch: stopwatch)
            case .segmented(let segments, let state): try run(segments, state, inputs, stopwatch)
            }
        }
    }

    private func run(
        _ segments: [(graph: Graph, executable: any Executable)], _ state: [String: any DeviceBuffer],
        _ inputs: [Tensor], _ stopwatch: Stopwatch?
    ) throws -> [Tensor] {
        var values: [String: Tensor] = [:]
        for (input, tensor) in zip(graph.inputs, inputs) { values[input.value.description] = tensor }
        func tensor(_ id: ValueID) throws -> Tensor {
            if let tensor = values[id.description] { return tensor }
            switch graph.nodes[id.node].operation {
            case let constant as Constant: return constant.tensor
            case let placeholder as Placeholder:
                if let buffer = state[placeholder.name] { return try buffer.read() }
            default: break
            }
            throw FoveaError(.internalDefect, "The value \(id) was not computed before it was read.")
        }
        for segment in segments {
            let operands = try segment.graph.inputs.map { input in
                guard let tensor = values[input.name] else {
                    throw FoveaError(.internalDefect, "The value \(input.name) was not computed before it was read.")
                }
                return tensor
            }
            stopwatch?.skip()
            let results = try segment.executable.run(operands, stopwatch: stopwatch)
            for (output, result) in zip(segment.graph.outputs, results) { values[output.name] = result }
        }
        let outputs = try graph.outputs.map { try tensor($0.value) }
        if let guardValue = graph.guardValue, try !tensor(guardValue).isFinite { return outputs }
        let updates = try graph.updates.map { ($0.state, try tensor($0.value)) }
        for (name, value) in updates { try state[name]?.write(value) }
        return outputs
    }

    /// Tensors by name in the order of ``inputs``.
    ///
    /// - Throws: ``FoveaError`` when one is missing, or is not an input of the program.
    public func ordered(_ given: [String: Tensor]) throws -> [Tensor] {
        let ordered = try graph.inputs.map { input in
            guard let tensor = given[input.name] else {
                throw FoveaError(
                    .usage, "The program was not given its input `\(input.name)`.",
                    remedy: "Pass a tensor of type \(input.type).")
            }
            return tensor
        }
        guard given.count == ordered.count else {
            let known = Set(graph.inputs.map(\.name))
            let unknown = given.keys.filter { !known.contains($0) }.sorted().joined(separator: ", ")
            throw FoveaError(.usage, "The program has no input named \(unknown).", remedy: "Leave it out.")
        }
        return ordered
    }

    /// Checks that a run is given as many tensors as the graph has inputs, of their types.
    private func expectTypes(_ given: [Tensor]) throws {
        guard given.count == graph.inputs.count else {
            throw FoveaError(
                .usage, "The program has \(graph.inputs.count) inputs and was given \(given.count).",
                remedy: "Pass a tensor for each, in the program's order.")
        }
        for (input, tensor) in zip(graph.inputs, given) where tensor.type != input.type {
            throw FoveaError(
                .usage, "The input `\(input.name)` has the type \(tensor.type), the program expects \(input.type).",
                remedy: "Pass a tensor of the expected shape, or compile a program for this one.")
        }
    }
}
