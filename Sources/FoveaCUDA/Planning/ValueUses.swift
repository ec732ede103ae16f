import FoveaGraph

/// Which nodes read each value of a graph.
struct ValueUses {
    private var readers: [ValueID: [Int]] = [:]
    private let roots: Set<ValueID>
    private let graph: Graph

    init(of graph: Graph) {
        self.graph = graph
        roots = Set(graph.roots)
        for (index, node) in graph.nodes.enumerated() {
            for operand in Set(node.operands) { readers[operand, default: []].append(index) }
        }
    }

    func count(_ value: ValueID) -> Int { readers[value]?.count ?? 0 }
    func isRoot(_ value: ValueID) -> Bool { roots.contains(value) }

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
