public import FoveaGraph

/// Runs every operation by its definition, in Double, rounding each result once to its type: slow, and the standard for
/// every other backend.
public struct ReferenceBackend: Backend {
    public let name = "reference"
    public let profile: BackendProfile

    /// - Parameter arithmetic: the type that layers compute in.
    public init(arithmetic: DataType = .float32) {
        profile = BackendProfile(summary: "plain Swift, the definition of every operation", arithmetic: arithmetic)
    }

    public func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool { true }

    public func makeBuffers(_ types: [TensorType]) -> [any DeviceBuffer] { types.map(HostBuffer.init) }

    public func compile(_ graph: Graph, state: [String: any DeviceBuffer]) throws -> any Executable {
        ReferenceExecutable(graph: graph, state: state)
    }
}

/// A state in the host's memory.
private final class HostBuffer: DeviceBuffer, @unchecked Sendable {
    // Unchecked: like every buffer it is used on its device's compute thread only.
    private var tensor: Tensor

    init(_ type: TensorType) { tensor = Tensor(repeating: 0, type) }

    var type: TensorType { tensor.type }
    func read() -> Tensor { tensor }
    func write(_ source: some TensorSource) throws {
        precondition(source.type == type, "a state keeps its type")
        tensor = try Tensor(copying: source)
    }
}

/// Evaluates the nodes of a graph in order.
private struct ReferenceExecutable: Executable {
    let graph: Graph
    let state: [String: any DeviceBuffer]

    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        var values: [ValueID: Tensor] = [:]
        for (input, given) in zip(graph.inputs, inputs) { values[input.value] = try given.read() }
        for held in graph.states { values[held.value] = try state[held.name]?.read() }
        func tensor(_ id: ValueID) -> Tensor {
            guard let tensor = values[id] else { preconditionFailure("the verifier lets no unbound value through") }
            return tensor
        }
        for (index, node) in graph.nodes.enumerated() where !(node.operation is Placeholder) {
            let operands = node.operands.map { ReferenceTensor(tensor($0).shape, tensor($0).doubles) }
            let results = node.operation.evaluate(operands, resultTypes: node.results)
            for (position, (result, type)) in zip(results, node.results).enumerated() {
                values[ValueID(node: index, result: position)] = Tensor(elements: result.elements, type)
            }
            if node.isComputed { stopwatch?.lap() }
        }
        let outputs = graph.outputs.map { tensor($0.value) }
        if let guardValue = graph.guardValue, !tensor(guardValue).isFinite { return outputs }
        for update in graph.updates { try state[update.state]?.write(tensor(update.value)) }
        return outputs
    }

    var steps: [ExecutableStep] {
        graph.nodes.filter(\.isComputed).map { node in
            ExecutableStep(
                path: node.location.path, operation: node.operation.operationName, device: "reference",
                implementation: "definition", multiplyAdds: graph.multiplyAdds(of: node),
                byteCount: graph.byteCount(of: node))
        }
    }
}
