import FoveaGraph

/// Which nodes read each value of a graph.
struct ValueUses {
    private var readers: [ValueID: [Int]] = [:]
    private let roots: Set<ValueID>
    /// The state that each value updates, where it is one only.
    private var updates: [ValueID: String] = [:]
    /// The nodes that outputs depend on.
    private var needed: Set<Int> = []
    private let graph: Graph

    init(of graph: Graph) {
        self.graph = graph
        roots = Set(graph.roots)
        for (index, node) in graph.nodes.enumerated() {
            for operand in Set(node.operands) { readers[operand, default: []].append(index) }
        }
        let states = Dictionary(grouping: graph.updates, by: \.value)
        for (value, updates) in states where updates.count == 1 { self.updates[value] = updates[0].state }
        var waiting = graph.outputs.map(\.value.node) + (graph.guardValue.map { [$0.node] } ?? [])
        while let node = waiting.popLast() {
            if needed.insert(node).inserted { waiting += graph.nodes[node].operands.map(\.node) }
        }
    }

    func count(_ value: ValueID) -> Int { readers[value]?.count ?? 0 }
    func isRoot(_ value: ValueID) -> Bool { roots.contains(value) }

    /// The state that the value updates; nil where it updates none, or several.
    func updatedState(_ value: ValueID) -> String? { updates[value] }

    /// Whether a node behind this one reads the value.
    func isRead(_ value: ValueID, after node: Int) -> Bool { readers[value]?.last.map { $0 > node } ?? false }

    /// Whether an output, or the guard, depends on the value.
    func reachesOutput(_ value: ValueID) -> Bool { needed.contains(value.node) }

    /// Whether every node that reads the value computes each of its own elements, or of what it combines, from the element
    /// at the same place.
    func areElementwise(_ value: ValueID) -> Bool {
        let shape = graph.type(of: value).shape
        return (readers[value] ?? []).allSatisfy { index in
            let node = graph.nodes[index]
            return (node.operation as? any DeviceLowerable)?.readsElementwise(shape, results: node.results) ?? false
        }
    }
}
