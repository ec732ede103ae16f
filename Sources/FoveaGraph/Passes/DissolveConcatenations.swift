/// Lets the readers of tensors that are joined along the channels read the parts, so that the joined tensor is never
/// written; and lets the gradient of a joined tensor be computed in the parts that it is taken apart into.
///
/// Pooling and activations treat each channel on its own. A 1×1 convolution of parts is a sum, x ∗ w = Σ xᵢ ∗ wᵢ, where wᵢ
/// are the filters' stretches for the channels of xᵢ; its gradients follow. The sums move memory too, so a tensor stays
/// joined where they would move more of it, and where some reader needs the whole.
public struct DissolveConcatenations: Pass {
    public init() {}

    public func run(on graph: Graph) throws -> Graph {
        // The gradient of a concatenation is slices.
        guard graph.contains(Concatenation.self) || graph.contains(Slice.self) else { return graph }
        var dissolution = Dissolution(graph)
        for index in graph.nodes.indices { try dissolution.visit(index) }
        return try dissolution.values.finished()
    }
}

private struct Dissolution {
    let graph: Graph
    let readers: [ValueID: [Int]]
    let roots: Set<ValueID>
    var values: ChannelParts

    init(_ graph: Graph) {
        self.graph = graph
        readers = graph.readers
        roots = Set(graph.roots)
        values = ChannelParts(graph)
    }

    mutating func visit(_ index: Int) throws {
        let node = graph.nodes[index]
        let result = ValueID(node: index)
        switch node.operation {
        case let concatenation as Concatenation:
            let rank = node.results[0].shape.rank
            let channels = node.operands.map { graph.type(of: $0).shape.dimensions.dropFirst().first ?? 0 }
            guard rank == 4, try countedFromFirst(concatenation.axis, rank: rank, of: Concatenation.name) == 1,
                isReadInParts(result, channels)
            else { break }
            var parts: [ValueID] = []
            for operand in node.operands { parts.append(try values.whole(operand)) }
            return values.replace(result, byParts: parts)
        case let slice as Slice:
            guard let parts = values.parts(of: node.operands[0]), let channels = values.channels(of: node.operands[0]),
                let part = stretches(channels).firstIndex(of: slice.start..<slice.end), isAlongChannels(slice)
            else { break }
            return values.replace(result, by: parts[part])
        case let pooling as MaxPooling:
            guard let parts = values.parts(of: node.operands[0]) else { break }
            let maxima = try parts.map { try values.add(pooling, [$0], at: node.location) }
            values.replace(ValueID(node: index, result: 1), byParts: maxima.map { ValueID(node: $0.node, result: 1) })
            return try deliver(maxima, as: result)
        case is AveragePooling, is GlobalAveragePooling, is any UnaryOperation:
            guard let parts = values.parts(of: node.operands[0]) else { break }
            return try deliver(parts.map { try values.add(node.operation, [$0], at: node.location) }, as: result)
        case let convolution as Convolution:
            guard let channels = values.channels(of: node.operands[0]) else { break }
            return values.replace(result, by: try sum(convolution, node, channels))
        case let gradient as MaxPoolingGradient:
            guard let places = values.parts(of: node.operands[0]), let channels = values.channels(of: node.operands[0])
            else { break }
            let upstream = try values.parts(of: node.operands[1], channels: channels, at: node.location)
            let parts = try zip(channels, zip(places, upstream)).map { count, operands in
                let part = MaxPoolingGradient(
                    gradient.window, inputShape: gradient.inputShape.withChannels(count))
                return try values.add(part, [operands.0, operands.1], at: node.location)
            }
            return try deliver(parts, as: result)
        case let gradient as ConvolutionInputGradient:
            guard gradient.groups == 1, gradient.window.kernel == 1, let channels = wantedChannels(of: result),
                moves(graph.type(of: node.operands[0]), times: channels.count - 1, lessThan: node.results[0])
            else { break }
            let upstream = try values.whole(node.operands[0])
            let filters = try values.parts(of: node.operands[1], channels: channels, at: node.location)
            let parts = try zip(channels, filters).map { count, filters in
                let part = ConvolutionInputGradient(
                    gradient.window, inputShape: gradient.inputShape.withChannels(count))
                return try values.add(part, [upstream, filters], at: node.location)
            }
            return values.replace(result, byParts: parts)
        case let gradient as ConvolutionFilterGradient:
            guard let images = values.parts(of: node.operands[0]) else { break }
            return try join(gradient, node, index, images)
        default: break
        }
        try values.copy(index)
    }

    /// Lets parts stand for a value where its readers can use them, and joins them where they cannot.
    private mutating func deliver(_ parts: [ValueID], as result: ValueID) throws {
        values.replace(result, byParts: parts)
        if !isReadInParts(result, values.channels(of: result) ?? []) { _ = try values.whole(result) }
    }

    /// The sum of the convolutions of each part; the last adds the bias.
    private mutating func sum(_ convolution: Convolution, _ node: Node, _ channels: [Int]) throws -> ValueID {
        let images = try values.parts(of: node.operands[0], channels: channels, at: node.location)
        let filters = try values.parts(of: node.operands[1], channels: channels, at: node.location)
        let bias = try node.operands.dropFirst(2).map { try values.whole($0) }
        var sum: ValueID?
        for (position, operands) in zip(images, filters).enumerated() {
            let isLast = position == channels.count - 1
            let term = try values.add(
                convolution, [operands.0, operands.1] + (isLast ? bias : []), at: node.location)
            sum = if let sum { try values.add(Addition(), [term, sum], at: node.location) } else { term }
        }
        guard let sum else { preconditionFailure("a concatenation has operands") }
        return sum
    }

    /// The gradients of the filters' stretches for each part, joined: filters are small.
    private mutating func join(
        _ gradient: ConvolutionFilterGradient, _ node: Node, _ index: Int, _ images: [ValueID]
    ) throws {
        let upstream = try values.whole(node.operands[1])
        var filters: [ValueID] = []
        for (position, part) in images.enumerated() {
            let withBias = gradient.withBias && position == 0
            let operation = ConvolutionFilterGradient(gradient.window, withBias: withBias)
            let made = try values.add(operation, [part, upstream], at: node.location)
            if withBias { values.replace(ValueID(node: index, result: 1), by: ValueID(node: made.node, result: 1)) }
            filters.append(made)
        }
        let joined = try values.add(Concatenation(axis: 1), filters, at: node.location)
        values.replace(ValueID(node: index), by: joined)
    }

    /// Whether all that read a value can read it in parts, and move less memory that way than joining them does.
    private func isReadInParts(_ value: ValueID, _ channels: [Int]) -> Bool {
        guard !roots.contains(value), channels.count > 1, let readers = readers[value] else { return false }
        let extraParts = channels.count - 1
        // What has to be moved on top, in elements; joining reads and writes each element once.
        var moved = 0
        for index in readers {
            let node = graph.nodes[index]
            switch node.operation {
            case let slice as Slice:
                guard isAlongChannels(slice), stretches(channels).contains(slice.start..<slice.end) else {
                    return false
                }
            case is AveragePooling, is GlobalAveragePooling, is any UnaryOperation: break
            case is MaxPooling:
                let places = ValueID(node: index, result: 1)
                guard !roots.contains(places),
                    self.readers[places, default: []].allSatisfy({ reader in
                        graph.nodes[reader].operation is MaxPoolingGradient
                            && isReadInParts(ValueID(node: reader), channels)
                    })
                else { return false }
            case let convolution as Convolution:
                guard convolution.groups == 1, convolution.window.kernel == 1, node.operands[0] == value else {
                    return false
                }
                // Every part but the first adds to what is there.
                moved += 2 * extraParts * node.results[0].shape.elementCount
            case let gradient as ConvolutionFilterGradient:
                guard gradient.groups == 1, gradient.window.kernel == 1, node.operands[0] == value,
                    node.operands[1] != value
                else { return false }
                // Every part reads the upstream gradient.
                moved += extraParts * graph.type(of: node.operands[1]).shape.elementCount
            default: return false
            }
        }
        return moved < 2 * graph.type(of: value).shape.elementCount
    }

    /// The channels of the parts that the readers of a gradient want, if all want the same.
    private func wantedChannels(of value: ValueID) -> [Int]? {
        guard !roots.contains(value), let readers = readers[value] else { return nil }
        if readers.count == 1, graph.nodes[readers[0]].operation is MaxPoolingGradient {
            return values.channels(of: graph.nodes[readers[0]].operands[0])
        }
        let slices = readers.compactMap { graph.nodes[$0].operation as? Slice }.sorted { $0.start < $1.start }
        let channels = slices.map { $0.end - $0.start }
        guard slices.count == readers.count, slices.count > 1, slices.allSatisfy(isAlongChannels),
            stretches(channels) == slices.map({ $0.start..<$0.end }),
            channels.reduce(0, +) == graph.type(of: value).shape[1]
        else { return nil }
        return channels
    }

    private func moves(_ type: TensorType, times: Int, lessThan joined: TensorType) -> Bool {
        type.shape.elementCount * times < 2 * joined.shape.elementCount
    }

    private func isAlongChannels(_ slice: Slice) -> Bool { slice.axis == 1 || slice.axis == -3 }

    /// The channels of each part, as stretches of the whole.
    private func stretches(_ channels: [Int]) -> [Range<Int>] {
        var start = 0
        return channels.map { count in
            defer { start += count }
            return start..<start + count
        }
    }
}

extension Shape {
    /// The same images with another number of channels.
    fileprivate func withChannels(_ count: Int) -> Shape { Shape([dimensions[0], count] + dimensions[2...]) }
}
