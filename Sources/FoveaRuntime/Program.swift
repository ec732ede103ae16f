import FoveaFoundation
public import FoveaGraph

/// A graph compiled for one device, such as a training step or a prediction.
///
/// Compiled by ``Device/compile(_:states:passes:)`` and run by ``Device/run(_:_:)`` or ``Device/results(of:given:)``,
/// on the device's compute thread.
public struct Program: Sendable {
    /// The graph as it is run, after all passes.
    public let graph: Graph
    /// The states that the program reads and updates from run to run.
    public let states: DeviceStates
    private let plan: Plan

    /// The division of the graph between the device and the reference backend.
    private enum Plan: Sendable {
        /// Everything on the device: the executable reads and updates the state itself.
        case whole(any Executable)
        /// Some nodes on the reference backend: values cross between the segments on the host.
        case segmented([(onDevice: Bool, graph: Graph, executable: any Executable)], state: [String: any DeviceBuffer])
    }

    init(_ graph: Graph, on backend: any Backend, states: DeviceStates) throws {
        self.graph = graph
        self.states = states
        inputs = graph.inputs.map { ($0.name, $0.type) }
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
                return (onDevice: segment.onDevice, graph: segment.graph, executable: executable)
            }
            plan = .segmented(segments, state: state)
        }
    }

    /// The names and types of a run's inputs, in order.
    public let inputs: [(name: String, type: TensorType)]

    /// The names of a run's outputs, in order.
    public var outputs: [String] { graph.outputs.map(\.name) }

    /// The device and the implementation of each node; the fallback to the reference backend is visible here.
    public var steps: [ExecutableStep] {
        switch plan {
        case .whole(let executable): executable.steps
        case .segmented(let segments, _): segments.flatMap(\.executable.steps)
        }
    }

    /// The distinct operations that the device does not support and the reference backend runs, sorted by name.
    public var fallbacks: [String] {
        guard case .segmented(let segments, _) = plan else { return [] }
        return Set(segments.filter { !$0.onDevice }.flatMap(\.executable.steps).map(\.operation)).sorted()
    }

    /// The report of ``steps`` as a table for display.
    public func explain() -> String {
        let rows = steps.map { [$0.path.isEmpty ? "–" : $0.path, $0.operation, $0.device, $0.implementation] }
        return textTable(header: ["layer", "operation", "device", "implementation"], rows: rows)
    }

    /// Runs the program on inputs in the order of ``inputs``; the results are in the order of the graph's outputs.
    ///
    /// - Parameter stopwatch: records the end of each of ``steps``.
    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch? = nil) throws -> [any DeviceValue] {
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
        _ segments: [(onDevice: Bool, graph: Graph, executable: any Executable)],
        _ state: [String: any DeviceBuffer], _ inputs: [any DeviceValue], _ stopwatch: Stopwatch?
    ) throws -> [any DeviceValue] {
        var values: [String: any DeviceValue] = [:]
        for (input, value) in zip(graph.inputs, inputs) { values[input.value.description] = value }
        func value(_ id: ValueID) throws -> any DeviceValue {
            if let value = values[id.description] { return value }
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
                guard let value = values[input.name] else {
                    throw FoveaError(.internalDefect, "The value \(input.name) was not computed before it was read.")
                }
                return value
            }
            stopwatch?.skip()
            let results = try segment.executable.run(operands, stopwatch: stopwatch)
            for (output, result) in zip(segment.graph.outputs, results) { values[output.name] = result }
        }
        let outputs = try graph.outputs.map { try value($0.value) }
        if let guardValue = graph.guardValue, try !value(guardValue).read().isFinite { return outputs }
        let updates = try graph.updates.map { ($0.state, try value($0.value).read()) }
        for (name, value) in updates { try state[name]?.write(value) }
        return outputs
    }

    /// Values by name in the order of ``inputs``.
    ///
    /// - Throws: ``FoveaError`` when one is missing, or is not an input of the program.
    public func ordered<Value>(_ given: [String: Value]) throws -> [Value] {
        let ordered = try inputs.map { input in
            guard let value = given[input.name] else {
                throw FoveaError(
                    .usage, "The program was not given its input `\(input.name)`.",
                    remedy: "Pass a tensor of type \(input.type).")
            }
            return value
        }
        guard given.count == ordered.count else {
            let known = Set(inputs.map(\.name))
            let unknown = given.keys.filter { !known.contains($0) }.sorted().joined(separator: ", ")
            throw FoveaError(.usage, "The program has no input named \(unknown).", remedy: "Leave it out.")
        }
        return ordered
    }

    /// Throws unless a run's inputs have the number and types of the graph's.
    private func expectTypes(_ given: [any DeviceValue]) throws {
        guard given.count == inputs.count else {
            throw FoveaError(
                .usage, "The program takes \(inputs.count) inputs and was given \(given.count).",
                remedy: "Pass a value for each, in the program's order.")
        }
        for (input, value) in zip(inputs, given) where value.type != input.type {
            throw FoveaError(
                .usage, "The input `\(input.name)` has the type \(value.type), the program expects \(input.type).",
                remedy: "Pass a tensor of the expected shape, or compile a program for this one.")
        }
    }
}
