import FoveaGraph

/// A part of a graph that runs on one backend: a separate graph, which reads other segments' values as inputs (named
/// `%3`, after the value in the whole graph) and returns what others need as outputs of the same names.
struct Segment {
    let onDevice: Bool
    let graph: Graph
}

extension Graph {
    /// Cuts the graph into segments of consecutive nodes that a backend runs, or does not. Placeholders and constants belong
    /// to whichever segment reads them.
    ///
    /// Segments do not update state: the values of the updates are among their outputs, so that no segment sees a state
    /// that an earlier one has changed.
    func segments(for capabilities: Capabilities) throws -> [Segment] {
        var segments: [(onDevice: Bool, nodes: [Int])] = []
        for (index, node) in nodes.enumerated() where node.isComputed {
            let onDevice = capabilities.run(node, of: self)
            if segments.last?.onDevice == onDevice {
                segments[segments.count - 1].nodes.append(index)
            } else {
                segments.append((onDevice, [index]))
            }
        }
        return try segments.map { Segment(onDevice: $0.onDevice, graph: try extracting($0.nodes)) }
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

    /// The values of these nodes that the rest of the graph and its roots read, in order.
    private func valuesNeeded(outside members: Set<Int>) -> [ValueID] {
        var needed = Set(roots)
        for (index, node) in nodes.enumerated() where !members.contains(index) { needed.formUnion(node.operands) }
        return needed.filter { members.contains($0.node) }.sorted()
    }
}
