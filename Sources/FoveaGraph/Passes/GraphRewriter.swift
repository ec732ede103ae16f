/// Makes a changed copy of a graph: a pass visits the nodes in order and copies each, leaves it out, or replaces it by
/// others.
struct GraphRewriter {
    let source: Graph
    private(set) var graph = Graph()
    /// The value of the new graph that represents each value of the old one.
    private var moved: [ValueID: ValueID] = [:]

    init(_ source: Graph) { self.source = source }

    /// The value of the new graph that represents a value of the old one.
    func moved(_ id: ValueID) -> ValueID {
        guard let value = moved[id] else { preconditionFailure("a node that is kept reads \(id), which is left out") }
        return value
    }

    /// Copies a node of the old graph.
    mutating func copy(_ index: Int) {
        let node = source.nodes[index]
        for result in node.results.indices {
            replace(ValueID(node: index, result: result), by: ValueID(node: graph.nodes.count, result: result))
        }
        graph.nodes.append(
            Node(
                operation: node.operation, operands: node.operands.map { moved($0) }, results: node.results,
                location: node.location))
    }

    /// Copies a graph in place of a node of the old one: its inputs are the node's operands, its outputs the results.
    mutating func copy(_ body: Graph, inPlaceOf index: Int) {
        let node = source.nodes[index]
        var copied: [ValueID: ValueID] = [:]
        for (input, operand) in zip(body.inputs, node.operands) { copied[input.value] = moved(operand) }
        func value(_ id: ValueID) -> ValueID {
            guard let value = copied[id] else { preconditionFailure("\(id) is read before it is computed") }
            return value
        }
        for (position, part) in body.nodes.enumerated() where !(part.operation is Placeholder) {
            graph.nodes.append(
                Node(
                    operation: part.operation, operands: part.operands.map(value), results: part.results,
                    location: node.location))
            for result in part.results.indices {
                copied[ValueID(node: position, result: result)] = ValueID(node: graph.nodes.count - 1, result: result)
            }
        }
        for (result, output) in body.outputs.enumerated() {
            replace(ValueID(node: index, result: result), by: value(output.value))
        }
    }

    /// Adds a node that reads values of the new graph, and returns its first result.
    mutating func add(
        _ operation: any Operation, _ operands: ValueID..., at location: Location
    ) throws -> ValueID {
        try add(operation, operands, at: location)
    }

    mutating func add(_ operation: any Operation, _ operands: [ValueID], at location: Location) throws -> ValueID {
        ValueID(node: try graph.append(operation, operands, at: location))
    }

    /// Represents a value of the old graph by one of the new graph.
    mutating func replace(_ old: ValueID, by new: ValueID) { moved[old] = new }

    /// The new graph, with the roots of the old one.
    func finished() -> Graph {
        var finished = graph
        finished.outputs = source.outputs.map { Graph.Output(name: $0.name, value: moved($0.value)) }
        finished.guardValue = source.guardValue.map { moved($0) }
        finished.updates = source.updates.map { Graph.Update(state: $0.state, value: moved($0.value)) }
        return finished
    }
}

extension Graph {
    /// Whether any node has such an operation: a pass without any nodes to change returns at once.
    func contains<Kind: Operation>(_ kind: Kind.Type) -> Bool {
        nodes.contains { Swift.type(of: $0.operation) == kind }
    }

    /// The nodes that read each value, in order, each as often as it reads it.
    var readers: [ValueID: [Int]] {
        var readers: [ValueID: [Int]] = [:]
        for (index, node) in nodes.enumerated() {
            for operand in node.operands { readers[operand, default: []].append(index) }
        }
        return readers
    }

    /// The node that reads each value, for values that are read once and are not roots: those that may be fused into
    /// their reader.
    var onlyReaders: [ValueID: Int] {
        let shared = Set(roots)
        return readers.filter { $1.count == 1 && !shared.contains($0) }.compactMapValues(\.first)
    }

    /// The other operand of an addition to a value of the same type; nil for any other node.
    func equalAddend(of index: Int, besides value: ValueID) -> ValueID? {
        let node = nodes[index]
        guard node.operation is Addition, let other = node.operands.first(where: { $0 != value }),
            type(of: other) == type(of: value)
        else { return nil }
        return other
    }
}
