/// A change of a graph that keeps what it computes.
///
/// Passes are one file each, named verb + object, and run in the one order that ``Pass/standard`` shows.
public protocol Pass: Sendable {
    func run(on graph: Graph) throws -> Graph
}

extension Graph {
    /// The passes that every program runs, in order, each with its reason.
    public static var standardPasses: [any Pass] {
        [
            RemoveDeadNodes()  // gradients and statistics that nobody reads cost time and memory
        ]
    }

    /// The graph after the standard passes.
    public func optimized() throws -> Graph {
        try Self.standardPasses.reduce(self) { graph, pass in try pass.run(on: graph) }
    }

    /// The graph that keeps only the nodes for which `keep` is true, with values renumbered.
    ///
    /// No node that is kept, no output and no update may read one that is not.
    func keeping(_ keep: (Int) -> Bool) -> Graph {
        var kept = Graph()
        var renumbered = [Int](repeating: -1, count: nodes.count)
        func moved(_ id: ValueID) -> ValueID {
            precondition(renumbered[id.node] >= 0, "a kept node reads a removed one")
            return ValueID(node: renumbered[id.node], result: id.result)
        }
        for (index, node) in nodes.enumerated() where keep(index) {
            renumbered[index] = kept.nodes.count
            kept.nodes.append(
                Node(
                    operation: node.operation, operands: node.operands.map(moved), results: node.results,
                    location: node.location))
        }
        kept.outputs = outputs.map { Output(name: $0.name, value: moved($0.value)) }
        kept.guardValue = guardValue.map(moved)
        kept.updates = updates.map { Update(state: $0.state, value: moved($0.value)) }
        return kept
    }
}
