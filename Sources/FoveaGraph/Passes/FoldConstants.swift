/// Replaces nodes that read only constants by their results, computed by the operation's definition.
public struct FoldConstants: Simplification {
    /// Larger nodes stay: a graph should not grow by tensors that a run computes in no time.
    private static let maximumByteCount = 1 << 20
    /// Definitions are slow: nodes with more multiply-adds are left to the backend.
    private static let maximumMultiplyAdds = 1 << 22

    public init() {}

    public func run(on graph: Graph) throws -> Graph {
        guard graph.contains(Constant.self) else { return graph }
        var rewriter = GraphRewriter(graph)
        for (index, node) in graph.nodes.enumerated() {
            let operands = node.operands.compactMap { id in
                rewriter.graph.nodes[rewriter.moved(id).node].operation as? Constant
            }
            let types = operands.map(\.tensor.type)
            guard !operands.isEmpty, operands.count == node.operands.count,
                (types + node.results).allSatisfy({ $0.byteCount <= Self.maximumByteCount }),
                node.operation.multiplyAdds(operands: types, results: node.results) <= Self.maximumMultiplyAdds
            else {
                rewriter.copy(index)
                continue
            }
            let results = node.operation.evaluate(
                operands.map { ReferenceTensor($0.tensor.shape, $0.tensor.doubles) }, resultTypes: node.results)
            for (position, (result, type)) in zip(results, node.results).enumerated() {
                let constant = Constant(Tensor(elements: result.elements, type))
                rewriter.replace(
                    ValueID(node: index, result: position), by: try rewriter.add(constant, at: node.location))
            }
        }
        return rewriter.finished()
    }
}
