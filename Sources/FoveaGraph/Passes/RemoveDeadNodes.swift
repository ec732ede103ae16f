/// Removes the nodes that no output, no update and no guard depends on. Placeholders stay: they are the graph's signature.
public struct RemoveDeadNodes: Simplification {
    public init() {}

    public func run(on graph: Graph) -> Graph { graph.keepingLiveNodes { $0.operation is Placeholder } }
}

extension Graph {
    /// The graph without the nodes that no output, update or guard depends on, states among them: what a part of a network does
    /// not need takes no memory. Inputs stay.
    package var withoutUnusedStates: Graph { keepingLiveNodes { ($0.operation as? Placeholder)?.role == .input } }

    /// The nodes that a root depends on, and others to be kept.
    fileprivate func keepingLiveNodes(and isKept: (Node) -> Bool) -> Graph {
        var live = Set(roots.map(\.node))
        for index in nodes.indices.reversed() where live.contains(index) {
            live.formUnion(nodes[index].operands.map(\.node))
        }
        let kept = nodes.indices.filter { live.contains($0) || isKept(nodes[$0]) }
        guard kept.count < nodes.count else { return self }
        var rewriter = GraphRewriter(self)
        kept.forEach { rewriter.copy($0) }
        return rewriter.finished()
    }
}
