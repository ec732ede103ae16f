import FoveaGraph

/// A stretch of a graph that runs on one backend: a graph of its own, which reads other stretches' values as inputs
/// (named `%3`, after the value in the whole graph) and hands back what others need as outputs of the same names.
struct Segment {
    let onDevice: Bool
    let graph: Graph
}

extension Graph {
    /// True for the nodes that are computed; placeholders and constants belong to whichever stretch reads them.
    func isComputed(_ node: Node) -> Bool { !(node.operation is Placeholder || node.operation is Constant) }

    /// Whether a backend can run a node.
    func isSupported(_ node: Node, by backend: any Backend) -> Bool {
        backend.supports(node.operation, operands: node.operands.map(type(of:)), results: node.results)
    }

    /// Cuts the graph into stretches of consecutive nodes that are all supported, or all not.
    ///
    /// Stretches do not update state: the values of the updates are among their outputs, so that no stretch sees a state
    /// that an earlier one has changed.
    func segments(supported: (Node) -> Bool) throws -> [Segment] {
        var stretches: [(onDevice: Bool, nodes: [Int])] = []
        for (index, node) in nodes.enumerated() where isComputed(node) {
            let onDevice = supported(node)
            if stretches.last?.onDevice == onDevice {
                stretches[stretches.count - 1].nodes.append(index)
            } else {
                stretches.append((onDevice, [index]))
            }
        }
        return try stretches.map { Segment(onDevice: $0.onDevice, graph: try extracting($0.nodes)) }
    }

    private func extracting(_ members: [Int]) throws -> Graph {
        let builder = GraphBuilder()
        var moved: [ValueID: Value] = [:]
        func value(_ id: ValueID) throws -> Value {
            if let value = moved[id] { return value }
            let value: Value =
                switch nodes[id.node].operation {
                case let placeholder as Placeholder where placeholder.role == .state:
                    try builder.state(placeholder.name, placeholder.type)
                case let constant as Constant: try builder.constant(constant.tensor)
                default: try builder.input(id.description, type(of: id))
                }
            moved[id] = value
            return value
        }
        for index in members {
            builder.location = nodes[index].location
            let operands = try nodes[index].operands.map(value)
            for result in try builder.add(nodes[index].operation, operands) {
                moved[ValueID(node: index, result: result.id.result)] = result
            }
        }
        for id in valuesNeeded(outside: Set(members)) { builder.output(id.description, try value(id)) }
        return builder.graph
    }

    /// What the rest of the graph and its roots read of these nodes, in order.
    private func valuesNeeded(outside members: Set<Int>) -> [ValueID] {
        var needed = Set(roots)
        for (index, node) in nodes.enumerated() where !members.contains(index) { needed.formUnion(node.operands) }
        return needed.filter { members.contains($0.node) }.sorted()
    }
}
