/// Some nodes of a graph that one node should replace.
struct Fusion {
    /// The nodes, in any order.
    let members: Set<Int>
    let operation: any Operation
    /// The operands of the new node.
    let operands: [ValueID]
    /// The values of the members that the new node's results represent, in order. No other node may read any other
    /// value of the members.
    let results: [ValueID]
    let location: Location
}

extension Graph {
    /// The graph with each fusion's node in place of its members, which lie in no other fusion.
    ///
    /// A new node stands where the last of its members stood, and readers of it that came earlier move behind it. A
    /// fusion whose node the backend does not run is left out, and so is one that depends on itself through nodes
    /// outside of it.
    func fusing(_ fusions: [Fusion], for capabilities: Capabilities) throws -> Graph {
        var fusions = fusions.filter { capabilities.run($0.operation, on: types(of: $0.operands)) }
        guard !fusions.isEmpty else { return self }
        while true {
            let order = FusedOrder(self, fusions)
            guard order.impossible.isEmpty else {
                for index in order.impossible.reversed() { fusions.remove(at: index) }
                continue
            }
            var rewriter = GraphRewriter(self)
            for unit in order.units {
                switch unit {
                case .node(let index): rewriter.copy(index)
                case .fusion(let index):
                    let fusion = fusions[index]
                    let made = try rewriter.add(
                        fusion.operation, fusion.operands.map(rewriter.moved), at: fusion.location)
                    for (result, value) in fusion.results.enumerated() {
                        rewriter.replace(value, by: ValueID(node: made.node, result: result))
                    }
                }
            }
            return rewriter.finished()
        }
    }
}

/// An order in which a graph's nodes and some fusions of them can be computed, as close to the old as possible.
private struct FusedOrder {
    enum Unit {
        case node(Int)
        case fusion(Int)
    }

    private(set) var units: [Unit] = []
    /// Fusions that are impossible, because they would have to wait for themselves.
    private(set) var impossible: [Int] = []

    init(_ graph: Graph, _ fusions: [Fusion]) {
        // The last member represents a fusion; `representative` is that node for all of its members.
        var representative = Array(graph.nodes.indices)
        var fusionAt: [Int: Int] = [:]
        for (index, fusion) in fusions.enumerated() {
            guard let last = fusion.members.max() else { continue }
            fusionAt[last] = index
            for member in fusion.members { representative[member] = last }
        }
        var readers = [[Int]](repeating: [], count: graph.nodes.count)
        var missing = [Int](repeating: 0, count: graph.nodes.count)
        for index in graph.nodes.indices where representative[index] == index {
            let operands = fusionAt[index].map { fusions[$0].operands } ?? graph.nodes[index].operands
            for source in Set(operands.map { representative[$0.node] }) {
                readers[source].append(index)
                missing[index] += 1
            }
        }
        var isPlaced = [Bool](repeating: false, count: graph.nodes.count)
        for index in graph.nodes.indices where representative[index] == index && missing[index] == 0 {
            // Nodes that had to wait for a fusion come right behind it.
            var ready = [index]
            while let next = ready.popLast() {
                units.append(fusionAt[next].map(Unit.fusion) ?? .node(next))
                isPlaced[next] = true
                for reader in readers[next].reversed() {
                    missing[reader] -= 1
                    if missing[reader] == 0, reader < index { ready.append(reader) }
                }
            }
        }
        impossible = fusionAt.filter { !isPlaced[$0.key] }.values.sorted()
    }
}
