/// Moves a rectifier's gradient before that of the max pooling after the rectifier, where there are fewer numbers:
/// UnaryGradient(y, MaxPoolingGradient(places, g)) becomes MaxPoolingGradient(places, UnaryGradient(maxima, g)).
///
/// A pixel y receives gradients only from windows whose maximum it is. The images need not be kept either: the maxima
/// are kept anyway, for the next layer.
public struct RectifyPooledGradients: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(MaxPoolingGradient.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        // The rectifiers' gradients that move, and the gradients of pooling that wait for them.
        var moved: [Int: (unpooling: Int, maxima: ValueID)] = [:]
        for (index, node) in graph.nodes.enumerated() {
            guard let gradient = node.operation as? any GradientOfUnaryOperation,
                gradient.function.derivativeFollowsFromResult, onlyReaders[node.operands[1]] == index
            else { continue }
            let unpooling = node.operands[1].node
            guard let operation = graph.nodes[unpooling].operation as? MaxPoolingGradient else { continue }
            let places = graph.nodes[unpooling].operands[0]
            let pooling = graph.nodes[places.node]
            let upstream = graph.nodes[unpooling].operands[1]
            if places.result == 1, pooling.operation as? MaxPooling == MaxPooling(operation.window),
                pooling.operands == [node.operands[0]],
                capabilities.run(gradient, on: graph.types(of: [ValueID(node: places.node), upstream]))
            {
                moved[index] = (unpooling, ValueID(node: places.node))
            }
        }
        let waiting = Set(moved.values.map(\.unpooling))
        var rewriter = GraphRewriter(graph)
        for (index, node) in graph.nodes.enumerated() where !waiting.contains(index) {
            guard let (unpooling, maxima) = moved[index] else {
                rewriter.copy(index)
                continue
            }
            let pooled = graph.nodes[unpooling]
            let rectified = try rewriter.add(
                node.operation, rewriter.moved(maxima), rewriter.moved(pooled.operands[1]), at: node.location)
            let spread = try rewriter.add(
                pooled.operation, rewriter.moved(pooled.operands[0]), rectified, at: pooled.location)
            rewriter.replace(ValueID(node: index), by: spread)
        }
        return rewriter.finished()
    }
}
