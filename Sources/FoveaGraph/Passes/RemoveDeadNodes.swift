/// Removes the nodes that no output, no update and no guard depends on. Placeholders stay: they are the graph's signature.
public struct RemoveDeadNodes: Simplification {
    public init() {}

    public func run(on graph: Graph) -> Graph {
        var live = Set(graph.roots.map(\.node))
        for index in graph.nodes.indices.reversed() where live.contains(index) {
            live.formUnion(graph.nodes[index].operands.map(\.node))
        }
        let kept = graph.nodes.indices.filter { live.contains($0) || graph.nodes[$0].operation is Placeholder }
        guard kept.count < graph.nodes.count else { return graph }
        var rewriter = GraphRewriter(graph)
        kept.forEach { rewriter.copy($0) }
        return rewriter.finished()
    }
}
