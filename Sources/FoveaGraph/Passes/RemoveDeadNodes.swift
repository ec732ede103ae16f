/// Removes the nodes that no output, no update and no guard depends on. Placeholders stay: they are the graph's signature.
public struct RemoveDeadNodes: Pass {
    public init() {}

    public func run(on graph: Graph) -> Graph {
        var live = Set(graph.roots.map(\.node))
        for index in graph.nodes.indices.reversed() where live.contains(index) {
            live.formUnion(graph.nodes[index].operands.map(\.node))
        }
        var rewriter = GraphRewriter(graph)
        for index in graph.nodes.indices where live.contains(index) || graph.nodes[index].operation is Placeholder {
            rewriter.copy(index)
        }
        return rewriter.finished()
    }
}
