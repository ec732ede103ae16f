import FoveaGraph

/// A network in two parts: the body, which training leaves unchanged, and the rest.
///
/// The body turns the network's inputs into features, which are the same whenever an example is seen: they need to be computed
/// once for each example. The rest takes them instead of the inputs, and has the outputs of the whole. Parameters keep their
/// paths in both.
public struct DividedNetwork: Sendable {
    /// Inputs in, `features` out; with several such values, `features.0`, `features.1`, ….
    public let body: TracedNetwork
    /// Features in, the network's outputs out.
    public let rest: TracedNetwork

    /// Divides a network where the layers end that are frozen all the way from its inputs.
    ///
    /// What is random in training, such as dropout, or uses the statistics of the batch belongs to the rest, and all that
    /// follows it.
    ///
    /// - Parameter frozen: the parameters and statistics that training leaves unchanged.
    /// - Returns: nil where the first layers are not frozen.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init?(_ network: TracedNetwork, freezing frozen: [PathPattern]) throws {
        guard let boundary = try FrozenBoundary(of: network, freezing: frozen) else { return nil }
        let types = Named(boundary.crossings.map { ($0.name, $0.type) })
        func part(_ side: NetworkPart.Side, _ inputs: Named<TensorType>) -> TracedNetwork {
            TracedNetwork(
                partOf: network, NetworkPart(boundary: boundary, side: side, frozen: frozen), inputs: inputs)
        }
        let inputs = Named(network.inputs.filter { boundary.inputs.contains($0.0) })
        (body, rest) = (part(.body, inputs), part(.rest, types))
    }

    /// The rule for the rest: without the groups whose parameters all belong to the body.
    public func ruleForRest(_ rule: UpdateRule) throws -> UpdateRule {
        let paths = try rest.parameters.map(\.path)
        var restricted = rule
        restricted.groups = rule.groups.compactMap { $0.restricted(to: paths) }
        return restricted
    }
}

/// One side of a network's boundary.
struct NetworkPart: Sendable {
    enum Side: Hashable { case body, rest }

    let boundary: FrozenBoundary
    let side: Side
    let frozen: [PathPattern]

    /// The forward pass of the part.
    ///
    /// - Parameter whole: the forward pass of the whole network.
    func pass(of whole: ForwardPass) throws -> ForwardPass {
        let values = try boundary.values(in: whole.graph)
        switch side {
        case .body:
            let computed = values.filter { whole.graph.nodes[$0.value.node].isComputed }
            let outputs = Named(computed.map { ($0.crossing.name, $0.value) })
            let (graph, moved) = try whole.graph.part(computing: outputs.map { $1 }, from: [:])
            let inputs = Named(whole.inputs.filter { boundary.inputs.contains($0.0) })
            return try whole.part(graph, moved, inputs: inputs, outputs: outputs)
        case .rest:
            let inputs = Named(values.map { ($0.crossing.name, $0.value) })
            let given = Dictionary(values.map { ($0.value, $0.crossing.name) }, uniquingKeysWith: { first, _ in first })
            let roots = whole.outputs.map { $1 } + whole.progress.movedStatistics
            let (graph, moved) = try whole.graph.part(computing: roots, from: given)
            return try whole.part(graph, moved, inputs: inputs, outputs: whole.outputs)
        }
    }
}

extension Graph {
    /// The nodes that some values need, and the values of the new graph that represent those of this one.
    ///
    /// - Parameter given: values that become inputs, with their names.
    fileprivate func part(
        computing roots: [ValueID], from given: [ValueID: String]
    ) throws -> (graph: Graph, moved: [ValueID: ValueID]) {
        var (needed, wanted) = (Set<Int>(), roots)
        while let value = wanted.popLast() {
            if given[value] == nil, needed.insert(value.node).inserted { wanted += nodes[value.node].operands }
        }
        var part = Graph()
        var moved: [ValueID: ValueID] = [:]
        for (value, name) in given.sorted(by: { $0.key < $1.key }) {
            moved[value] = try part.appendInput(name, type(of: value))
        }
        for index in needed.sorted() {
            let node = nodes[index]
            let copy = try part.append(node.operation, node.operands.compactMap { moved[$0] }, at: node.location)
            for result in node.results.indices {
                let value = ValueID(node: index, result: result)
                if moved[value] == nil { moved[value] = ValueID(node: copy, result: result) }
            }
        }
        return (part, moved)
    }
}
