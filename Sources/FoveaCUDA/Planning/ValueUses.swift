import FoveaGraph

/// Which nodes read each value of a graph.
struct ValueUses {
    private var readers: [ValueID: [Int]] = [:]
    private let outputs: Set<ValueID>
    private let updates: Set<ValueID>
    /// The nodes from which nothing but new values of states is computed, element by element.
    private var updating: Set<Int> = []
    private let graph: Graph

    init(of graph: Graph) {
        self.graph = graph
        outputs = Set(graph.outputs.map(\.value) + (graph.guardValue.map { [$0] } ?? []))
        updates = Set(graph.updates.map(\.value))
        for (index, node) in graph.nodes.enumerated() {
            for operand in Set(node.operands) { readers[operand, default: []].append(index) }
        }
        for (index, node) in graph.nodes.enumerated().reversed() {
            let leadsToUpdates = node.results.indices.allSatisfy { result in
                let id = ValueID(node: index, result: result)
                let leadOn = (readers[id] ?? []).allSatisfy { reader in
                    let results = graph.nodes[reader].results
                    let shape = node.results[result].shape
                    return updating.contains(reader)
                        && results.allSatisfy { $0.shape == shape || shape.elementCount == 1 }
                }
                return leadOn && !isOutput(id) && areElementwise(id)
            }
            if leadsToUpdates { updating.insert(index) }
        }
    }

    func isRead(_ value: ValueID) -> Bool { readers[value] != nil }
    /// How often the value is read, if it is read element by element.
    func readingCount(_ value: ValueID) -> Int {
        (readers[value] ?? []).reduce(0) { count, index in
            count + ((graph.nodes[index].operation as? any DeviceLowerable)?.readingCount ?? 1)
        }
    }
    /// Whether the value is an output, or the guard.
    func isOutput(_ value: ValueID) -> Bool { outputs.contains(value) }
    /// Whether the value is a state's new one.
    func isUpdate(_ value: ValueID) -> Bool { updates.contains(value) }
    /// Whether nothing but new values of states is computed from the value, element by element.
    func isUpdating(_ value: ValueID) -> Bool { updating.contains(value.node) }

    /// Whether every node that reads the value computes each of its own elements, or of what it combines, from the element
    /// at the same place.
    func areElementwise(_ value: ValueID) -> Bool {
        let shape = graph.type(of: value).shape
        return (readers[value] ?? []).allSatisfy { index in
            let node = graph.nodes[index]
            // A single number is at every place.
            let read = shape.elementCount == 1 ? node.results[0].shape : shape
            return (node.operation as? any DeviceLowerable)?.readsElementwise(read, results: node.results) ?? false
        }
    }
}
