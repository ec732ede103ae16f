public import FoveaGraph

/// A network layer by layer: one row each, with shapes, parameters, work and receptive field.
public struct Summary: Sendable {
    public struct Row: Sendable {
        public let path: String
        public let type: String
        /// Without the batch axis.
        public let outputShape: [Int]
        public let parameters: Int
        /// For one example.
        public let multiplyAdds: Int
        /// The extent of the input that one position of the result depends on, along each spatial axis: [height, width], or
        /// [steps]. After a layer that sees everything, the size of the input.
        public let receptiveField: [Int]
    }

    public let layers: [Row]
    public let totalParameters: Int
    public let trainableParameters: Int
    public let totalMultiplyAdds: Int
    /// The extent of the input that the network's first output depends on, along each spatial axis.
    public let receptiveField: [Int]

    /// - Parameter input: the shape of one example, [channels, height, width].
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(of model: any Layer, input: Shape) throws { try self.init(of: TracedNetwork(model, input: input)) }

    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(of network: TracedNetwork) throws {
        let inference = try InferenceGraph(network, batch: network.inputs.batched(1))
        let graph = inference.graph
        let fields = ReceptiveField.all(in: graph)
        var rows: [Row] = []
        for (index, node) in graph.nodes.enumerated()
        where !node.location.layer.isEmpty && !(node.operation is Placeholder) {
            let path = node.location.path
            let earlier = rows.last?.path == path ? rows.removeLast() : nil
            let own = inference.parameters.filter { Self.owner(of: $0.path) == path && $0.role == .trainable }
            let work = node.operation.multiplyAdds(
                operands: node.operands.map(graph.type(of:)), results: node.results)
            rows.append(
                Row(
                    path: path, type: node.location.layer,
                    outputShape: Array(node.results[0].shape.dimensions.dropFirst()),
                    parameters: own.reduce(0) { $0 + $1.shape.elementCount },
                    multiplyAdds: saturatingSum(earlier?.multiplyAdds ?? 0, work),
                    receptiveField: fields[index]?.sizes ?? []))
        }
        layers = rows
        totalMultiplyAdds = rows.reduce(0) { saturatingSum($0, $1.multiplyAdds) }
        trainableParameters = inference.parameters.filter { $0.role == .trainable }
            .reduce(0) { $0 + $1.shape.elementCount }
        totalParameters = trainableParameters
        receptiveField = graph.outputs.first.flatMap { fields[$0.value.node]?.sizes } ?? []
    }

    private static func owner(of parameter: String) -> String {
        parameter.lastIndex(of: ".").map { String(parameter[..<$0]) } ?? ""
    }
}
