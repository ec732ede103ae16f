/// Lets the readers of tensors that are joined along the channels read the parts, so that the joined tensor is never
/// written; and computes the gradient of a joined tensor in the parts that it is later sliced into.
///
/// Operations on each channel (``Channelwise``) work equally on parts, and 1×1 convolutions of parts are summed. That
/// moves memory too, so a tensor stays joined where it would move more, and where some reader needs the whole.
public struct DissolveConcatenations: Pass {
    private let joiningCost: Int

    /// - Parameter joiningCost: elements that the backend moves per element it joins: 2 where it is read and written.
    public init(joiningCost: Int = 2) { self.joiningCost = joiningCost }

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        // The gradient of a concatenation is slices.
        guard graph.contains(Concatenation.self) || graph.contains(Slice.self) else { return graph }
        var dissolution = Dissolution(graph, joiningCost: joiningCost)
        for index in graph.nodes.indices { try dissolution.visit(index) }
        let dissolved = try dissolution.values.finished()
        return capabilities.misses(in: dissolved) > capabilities.misses(in: graph) ? graph : dissolved
    }
}

extension Capabilities {
    /// The number of nodes of a graph that do not run.
    fileprivate func misses(in graph: Graph) -> Int { graph.nodes.count { !run($0, of: graph) } }
}

private struct Dissolution {
    let graph: Graph
    let joiningCost: Int
    let readers: [ValueID: [Int]]
    let roots: Set<ValueID>
    var values: ChannelParts

    init(_ graph: Graph, joiningCost: Int) {
        self.graph = graph
        self.joiningCost = joiningCost
        readers = graph.readers
        roots = Set(graph.roots)
        values = ChannelParts(graph)
    }

    mutating func visit(_ index: Int) throws {
        if try !divide(index) { try values.copy(index) }
    }

    /// Adds the replacement of a node in parts; false where the node stays as it is.
    private mutating func divide(_ index: Int) throws -> Bool {
        let node = graph.nodes[index]
        let result = ValueID(node: index)
        switch node.operation {
        case let concatenation as Concatenation:
            guard try concatenation.isAlongChannels(of: node.results[0]),
                try isReadInParts(result, node.operands.map { graph.type(of: $0).shape[1] })
            else { return false }
            var parts: [ValueID] = []
            for operand in node.operands { parts.append(try values.whole(operand)) }
            values.replace(result, byParts: parts)
        case let slice as Slice:
            guard let parts = values.parts(of: node.operands[0]), let channels = values.channels(of: node.operands[0]),
                let part = try position(of: slice, of: node, among: channels)
            else { return false }
            values.replace(result, by: parts[part])
        case let channelwise as any Channelwise:
            guard let channels = values.channels(of: node.operands[0]) else { return false }
            try divide(channelwise, index, channels)
        case let divisible as any ChannelDivisible:
            guard let channels = try channels(of: divisible, index) else { return false }
            try divisible.divide(index, channels, in: &values)
        default: return false
        }
        return true
    }

    /// Applies the operation to parts of all operands. They represent the result where its readers can use them, and
    /// are joined where they cannot.
    private mutating func divide(_ operation: any Channelwise, _ index: Int, _ channels: [Int]) throws {
        let node = graph.nodes[index]
        var operands: [[ValueID]] = []
        for operand in node.operands {
            operands.append(try values.parts(of: operand, channels: channels, at: node.location))
        }
        var parts: [ValueID] = []
        for (position, count) in channels.enumerated() {
            parts.append(
                try values.add(operation.withChannels(count), operands.map { $0[position] }, at: node.location))
        }
        for result in node.results.indices.reversed() {
            let id = ValueID(node: index, result: result)
            values.replace(id, byParts: parts.map { ValueID(node: $0.node, result: result) })
        }
        let result = ValueID(node: index)
        if try !isReadInParts(result, channels) { _ = try values.whole(result) }
    }

    /// The channels of the parts that a node should read or give; nil where its images stay whole.
    private func channels(of operation: any ChannelDivisible, _ index: Int) throws -> [Int]? {
        let node = graph.nodes[index]
        guard type(of: operation).dividedImages == .result else { return values.channels(of: node.operands[0]) }
        guard let channels = try wantedChannels(of: ValueID(node: index)),
            let moved = moved(by: operation, node, channels), isWorth(moving: moved, insteadOf: node.results[0])
        else { return nil }
        return channels
    }

    private func moved(by operation: any ChannelDivisible, _ node: Node, _ channels: [Int]) -> Int? {
        operation.movedElements(
            parts: channels.count, operands: graph.types(of: node.operands), results: node.results)
    }

    /// Whether moving this many additional elements costs less than joining a tensor.
    private func isWorth(moving moved: Int, insteadOf joined: TensorType) -> Bool {
        moved < joiningCost * joined.shape.elementCount
    }

    /// Whether all readers of a value can read it in parts, and move less memory that way than joining them does.
    private func isReadInParts(_ value: ValueID, _ channels: [Int]) throws -> Bool {
        guard !roots.contains(value), channels.count > 1, let readers = readers[value] else { return false }
        var moved = 0
        for index in readers {
            guard let more = try movedElements(reading: value, inPartsOf: channels, by: index) else { return false }
            moved += more
        }
        return isWorth(moving: moved, insteadOf: graph.type(of: value))
    }

    /// The additional elements that a node moves when it reads a value in parts; nil where it needs the whole.
    private func movedElements(reading value: ValueID, inPartsOf channels: [Int], by index: Int) throws -> Int? {
        let node = graph.nodes[index]
        switch node.operation {
        case let slice as Slice: return try position(of: slice, of: node, among: channels).map { _ in 0 }
        case is any Channelwise:
            // Other operands have to be cut, which pays only if the result is read in parts; and results besides the
            // first are never joined.
            guard node.operands[0] == value,
                try node.operands.count == 1 || isReadInParts(ValueID(node: index), channels)
            else { return nil }
            for result in node.results.indices.dropFirst() {
                let other = ValueID(node: index, result: result)
                guard !roots.contains(other),
                    try readers[other, default: []].allSatisfy({
                        try movedElements(reading: other, inPartsOf: channels, by: $0) != nil
                    })
                else { return nil }
            }
            return 0
        case let divisible as any ChannelDivisible:
            guard type(of: divisible).dividedImages == .operand, node.operands[0] == value,
                !node.operands[1...].contains(value)
            else { return nil }
            return moved(by: divisible, node, channels)
        default: return nil
        }
    }

    /// The channels of the parts that the readers of a gradient need, if all need the same.
    private func wantedChannels(of value: ValueID) throws -> [Int]? {
        guard !roots.contains(value), let readers = readers[value] else { return nil }
        if readers.count == 1, graph.nodes[readers[0]].operation is any Channelwise {
            let images = graph.nodes[readers[0]].operands[0]
            return images == value ? nil : values.channels(of: images)
        }
        let slices = readers.compactMap { index in (graph.nodes[index].operation as? Slice).map { ($0, index) } }
            .sorted { $0.0.start < $1.0.start }
        let channels = slices.map { $0.0.end - $0.0.start }
        guard slices.count == readers.count, slices.count > 1, channels.reduce(0, +) == graph.type(of: value).shape[1]
        else { return nil }
        for (number, (slice, index)) in slices.enumerated() {
            guard try position(of: slice, of: graph.nodes[index], among: channels) == number else { return nil }
        }
        return channels
    }

    /// The index of the part that a slice is; nil where it is none of them.
    private func position(of slice: Slice, of node: Node, among channels: [Int]) throws -> Int? {
        let images = graph.type(of: node.operands[0])
        guard try countedFromFirst(slice.axis, rank: images.shape.rank, of: Slice.name) == 1 else { return nil }
        var start = 0
        return channels.firstIndex { count in
            defer { start += count }
            return slice.start == start && slice.end == start + count
        }
    }
}

extension Concatenation {
    /// Whether the channels of images [N, C, …] are joined.
    fileprivate func isAlongChannels(of joined: TensorType) throws -> Bool {
        let rank = joined.shape.rank
        return try rank > 2 && countedFromFirst(axis, rank: rank, of: Self.name) == 1
    }
}
