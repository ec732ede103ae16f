/// Fuses a matrix multiplication and the activation that alone reads it into one ``FusedMatrixMultiplication``.
public struct FuseMatrixMultiplicationEpilogue: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(MatrixMultiplication.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        var rewriter = GraphRewriter(graph)
        var absorbed: Set<Int> = []
        for (index, node) in graph.nodes.enumerated() where !absorbed.contains(index) {
            guard let multiplication = node.operation as? MatrixMultiplication,
                let reader = onlyReaders[ValueID(node: index)],
                let activation = graph.nodes[reader].operation as? any Activation,
                case let fused = FusedMatrixMultiplication(multiplication, activation: FusedActivation(activation)),
                capabilities.run(fused, on: graph.types(of: node.operands))
            else {
                rewriter.copy(index)
                continue
            }
            let result = try rewriter.add(fused, node.operands.map(rewriter.moved), at: node.location)
            rewriter.replace(ValueID(node: reader), by: result)
            absorbed.insert(reader)
        }
        return rewriter.finished()
    }
}
