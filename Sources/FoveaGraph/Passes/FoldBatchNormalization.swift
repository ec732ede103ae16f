/// Folds a ``BatchNormalizationInference`` into the convolution before it, where no other node reads the value in
/// between: with s = scale / √(σ² + ε), the filters become w·s and the bias (b − μ)·s + bias.
///
/// A ``NormalizationFolding`` computes the new filters from the old ones. A backend that computes values of weights
/// alone once, and not in every run, has no normalization left to do.
public struct FoldBatchNormalization: Simplification {
    public init() {}

    public func run(on graph: Graph) throws -> Graph {
        guard graph.contains(BatchNormalizationInference.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        var convolutions: [Int: Int] = [:]
        for (index, node) in graph.nodes.enumerated() where node.operation is Convolution {
            // Its result is the normalization's x: the other operands have another rank.
            guard let reader = onlyReaders[ValueID(node: index)],
                graph.nodes[reader].operation is BatchNormalizationInference
            else { continue }
            convolutions[reader] = index
        }
        let folded = Set(convolutions.values)

        var rewriter = GraphRewriter(graph)
        for index in graph.nodes.indices where !folded.contains(index) {
            if let convolution = convolutions[index] {
                let result = try fold(graph.nodes[index], into: graph.nodes[convolution], &rewriter)
                rewriter.replace(ValueID(node: index), by: result)
            } else {
                rewriter.copy(index)
            }
        }
        return rewriter.finished()
    }

    private func fold(
        _ normalization: Node, into convolution: Node, _ rewriter: inout GraphRewriter
    ) throws -> ValueID {
        guard let epsilon = (normalization.operation as? BatchNormalizationInference)?.epsilon else {
            preconditionFailure("only normalizations are folded")
        }
        let operands = convolution.operands.map(rewriter.moved)
        let parameters = normalization.operands[1...].map(rewriter.moved)
        let folding = NormalizationFolding(epsilon: epsilon, hasBias: operands.count == 3)
        let filters = try rewriter.add(
            folding, [operands[1]] + parameters + operands[2...], at: normalization.location)
        let bias = ValueID(node: filters.node, result: 1)
        return try rewriter.add(convolution.operation, operands[0], filters, bias, at: convolution.location)
    }
}
