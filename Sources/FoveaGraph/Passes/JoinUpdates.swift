/// Joins the updates that an optimizer makes with the same settings and scalars into one ``JoinedUpdate``.
public struct JoinUpdates: Pass {
    private let maximumElementCount: Int

    /// - Parameter maximumElementCount: the largest number of elements for which a separate loop for a parameter does
    ///   not pay.
    public init(maximumElementCount: Int = .max) { self.maximumElementCount = maximumElementCount }

    /// The settings and operands that joined updates share.
    private struct Settings: Hashable {
        let update: AnyHashable
        let scalars: [ValueID]
    }

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        var updates: [(settings: Settings, nodes: [Int])] = []
        var places: [Settings: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            guard let update = node.operation as? any ParameterUpdate,
                node.results[0].shape.elementCount <= maximumElementCount
            else { continue }
            let settings = Settings(
                update: AnyHashable(update), scalars: Array(node.operands.dropFirst(2).prefix(update.scalarCount)))
            if let place = places[settings] {
                updates[place].nodes.append(index)
            } else {
                places[settings] = updates.count
                updates.append((settings, [index]))
            }
        }
        let fusions = updates.compactMap { settings, nodes -> Fusion? in
            guard nodes.count > 1, let update = graph.nodes[nodes[0]].operation as? any ParameterUpdate else {
                return nil
            }
            let own = nodes.flatMap { index in
                let operands = graph.nodes[index].operands
                return operands.prefix(2) + operands.dropFirst(2 + update.scalarCount)
            }
            return Fusion(
                members: Set(nodes), operation: update.joined(nodes.count), operands: settings.scalars + own,
                results: nodes.flatMap { index in
                    graph.nodes[index].results.indices.map { ValueID(node: index, result: $0) }
                },
                location: Location(path: "", layer: "optimizer"))
        }
        return try graph.fusing(fusions, for: capabilities)
    }
}
