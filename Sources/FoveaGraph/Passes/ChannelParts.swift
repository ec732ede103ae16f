/// Rewrites a graph in which images may exist as parts: some of their channels each, in order.
struct ChannelParts {
    let source: Graph
    private var rewriter: GraphRewriter
    /// The parts, as values of the new graph, of values of the old one that do not exist as a whole.
    private var parts: [ValueID: [ValueID]] = [:]
    /// The channels already cut from values of the new graph.
    private var slices: [ValueID: [[Int]: [ValueID]]] = [:]

    init(_ source: Graph) {
        self.source = source
        rewriter = GraphRewriter(source)
    }

    /// The parts of a value of the old graph, if it exists in parts only.
    func parts(of id: ValueID) -> [ValueID]? { parts[id] }

    /// The number of channels of each part of a value, if it exists in parts only.
    func channels(of id: ValueID) -> [Int]? { parts[id]?.map { rewriter.graph.type(of: $0).shape[1] } }

    /// A value of the old graph as a whole: joined, on first use, where it exists in parts.
    mutating func whole(_ id: ValueID) throws -> ValueID {
        if let parts = parts.removeValue(forKey: id) {
            let location = source.nodes[id.node].location
            rewriter.replace(id, by: try rewriter.add(Concatenation(axis: 1), parts, at: location))
        }
        return rewriter.moved(id)
    }

    /// A value of the old graph in parts with these numbers of channels: existing ones, or cut from the whole.
    mutating func parts(of id: ValueID, channels: [Int], at location: Location) throws -> [ValueID] {
        if let parts = parts[id], self.channels(of: id) == channels { return parts }
        let whole = try whole(id)
        if let made = slices[whole]?[channels] { return made }
        var start = 0
        let made = try channels.map { count in
            defer { start += count }
            return try rewriter.add(Slice(axis: 1, start: start, end: start + count), whole, at: location)
        }
        slices[whole, default: [:]][channels] = made
        return made
    }

    mutating func add(
        _ operation: any Operation, _ operands: [ValueID], at location: Location
    ) throws -> ValueID {
        try rewriter.add(operation, operands, at: location)
    }

    /// Represents a value of the old graph by parts.
    mutating func replace(_ id: ValueID, byParts made: [ValueID]) { parts[id] = made }

    mutating func replace(_ id: ValueID, by made: ValueID) { rewriter.replace(id, by: made) }

    /// Copies a node of the old graph, which reads its operands as wholes.
    mutating func copy(_ index: Int) throws {
        for operand in source.nodes[index].operands { _ = try whole(operand) }
        rewriter.copy(index)
    }

    mutating func finished() throws -> Graph {
        for root in source.roots { _ = try whole(root) }
        return rewriter.finished()
    }
}
