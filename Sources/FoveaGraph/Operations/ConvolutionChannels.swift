// A 1×1 convolution of parts is a sum, x ∗ w = Σ xᵢ ∗ wᵢ, where wᵢ are the filters' channels for those of xᵢ; its
// gradients follow.

extension Convolution: ChannelDivisible {
    static var dividedImages: DividedImages { .operand }

    func movedElements(parts: Int, operands: [TensorType], results: [TensorType]) -> Int? {
        // Every part but the first adds to the sum so far.
        window.placeCount == 1 && groups == 1 ? 2 * (parts - 1) * results[0].shape.elementCount : nil
    }

    /// The sum of the convolutions of each part; the last adds the bias.
    func divide(_ index: Int, _ channels: [Int], in values: inout ChannelParts) throws {
        let node = values.source.nodes[index]
        let images = try values.parts(of: node.operands[0], channels: channels, at: node.location)
        let filters = try values.parts(of: node.operands[1], channels: channels, at: node.location)
        let bias = try node.operands.dropFirst(2).map { try values.whole($0) }
        var sum: ValueID?
        for (position, operands) in zip(images, filters).enumerated() {
            let isLast = position == channels.count - 1
            let term = try values.add(self, [operands.0, operands.1] + (isLast ? bias : []), at: node.location)
            sum = if let sum { try values.add(Addition(), [term, sum], at: node.location) } else { term }
        }
        guard let sum else { preconditionFailure("images have parts") }
        values.replace(ValueID(node: index), by: sum)
    }
}

extension ConvolutionInputGradient: ChannelDivisible {
    static var dividedImages: DividedImages { .result }

    func movedElements(parts: Int, operands: [TensorType], results: [TensorType]) -> Int? {
        // Every part reads the upstream gradient.
        window.placeCount == 1 && groups == 1 ? (parts - 1) * operands[0].shape.elementCount : nil
    }

    func divide(_ index: Int, _ channels: [Int], in values: inout ChannelParts) throws {
        let node = values.source.nodes[index]
        let upstream = try values.whole(node.operands[0])
        let filters = try values.parts(of: node.operands[1], channels: channels, at: node.location)
        let parts = try zip(channels, filters).map { count, filters in
            let part = ConvolutionInputGradient(window, inputShape: inputShape.withChannels(count))
            return try values.add(part, [upstream, filters], at: node.location)
        }
        values.replace(ValueID(node: index), byParts: parts)
    }
}

extension ConvolutionFilterGradient: ChannelDivisible {
    static var dividedImages: DividedImages { .operand }

    func movedElements(parts: Int, operands: [TensorType], results: [TensorType]) -> Int? {
        // Every part reads the upstream gradient.
        window.placeCount == 1 && groups == 1 ? (parts - 1) * operands[1].shape.elementCount : nil
    }

    /// The gradients of the filters' channels for each part, joined: filters are small.
    func divide(_ index: Int, _ channels: [Int], in values: inout ChannelParts) throws {
        let node = values.source.nodes[index]
        let images = try values.parts(of: node.operands[0], channels: channels, at: node.location)
        let upstream = try values.whole(node.operands[1])
        var filters: [ValueID] = []
        for (position, part) in images.enumerated() {
            let withBias = withBias && position == 0
            let operation = ConvolutionFilterGradient(window, withBias: withBias)
            let made = try values.add(operation, [part, upstream], at: node.location)
            if withBias { values.replace(ValueID(node: index, result: 1), by: ValueID(node: made.node, result: 1)) }
            filters.append(made)
        }
        let joined = try values.add(Concatenation(axis: 1), filters, at: node.location)
        values.replace(ValueID(node: index), by: joined)
    }
}
