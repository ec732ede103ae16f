/// Rewrites the operations that a backend does not run with simpler ones.
///
/// Where the backend runs none of those either, the operation stays: another backend then has one node, not many.
public struct DecomposeOperations: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.nodes.contains(where: { !capabilities.run($0, of: graph) }) else { return graph }
        var rewriter = GraphRewriter(graph)
        for (index, node) in graph.nodes.enumerated() {
            if let body = try body(of: node, in: graph, for: capabilities) {
                rewriter.copy(body, inPlaceOf: index)
            } else {
                rewriter.copy(index)
            }
        }
        return rewriter.finished()
    }

    /// The replacement for a node, decomposed in turn; nil where the node stays.
    private func body(of node: Node, in graph: Graph, for capabilities: Capabilities) throws -> Graph? {
        guard !capabilities.run(node, of: graph),
            let whole = try node.operation.body(of: graph.types(of: node.operands))
        else { return nil }
        let body = try RemoveDeadNodes().run(on: run(on: whole, for: capabilities))
        return body.nodes.contains { $0.isComputed && capabilities.run($0, of: body) } ? body : nil
    }
}
