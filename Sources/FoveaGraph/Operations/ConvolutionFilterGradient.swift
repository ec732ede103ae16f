/// The gradient of ``Convolution`` with respect to its filters, and to its bias:
/// ∂L/∂w[o,c,u,v] = Σ_{n,i,j} ∂L/∂y[n,o,i,j] · x[n, c, i·s + u·d − p, …] and ∂L/∂b[o] = Σ_{n,i,j} ∂L/∂y[n,o,i,j].
///
/// Operands: images [N, C, H, W]; upstream gradient [N, O, H', W']. Results: [O, C/groups, KH, KW] and, with bias, [O].
/// Likewise for any other number of spatial axes.
public struct ConvolutionFilterGradient: Operation {
    public static let name = "ConvolutionFilterGradient"
    public let window: Window
    public let groups: Int
    public let withBias: Bool

    public init(_ window: Window, groups: Int = 1, withBias: Bool) {
        self.window = window
        self.groups = groups
        self.withBias = withBias
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        let (images, upstream) = (operands[0], operands[1])
        try window.expectRank(images, "images", of: Self.name)
        try window.expectRank(upstream, "an upstream gradient", of: Self.name)
        guard groups >= 1, images.shape[1] % groups == 0 else {
            throw FoveaError(.usage, "\(groups) groups do not divide \(images.shape[1]) input channels.")
        }
        let filters = TensorType(
            try Shape(validating: [upstream.shape[1], images.shape[1] / groups] + window.kernel), images.dataType)
        let forward = try Convolution(window, groups: groups).resultTypes(of: [images, filters])
        guard forward[0] == upstream else {
            throw FoveaError(.usage, "The upstream gradient has the type \(upstream), the convolution \(forward[0]).")
        }
        return withBias ? [filters, TensorType([upstream.shape[1]], images.dataType)] : [filters]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let (images, gradient) = (operands[0], operands[1])
        var forImages: Value?
        var forGradient: Value?
        if let filters = upstream[0] {
            forImages = try ConvolutionInputGradient(window, groups: groups, inputShape: images.shape)
                .applied(to: gradient, filters)
            forGradient = try Convolution(window, groups: groups).applied(to: images, filters)
        }
        if withBias, let bias = upstream[1] {
            let broadcastable = Shape([1, bias.shape[0]] + window.axes.map { _ in 1 })
            let perChannel = try Reshape(to: broadcastable).applied(to: bias)
            let zeros = try gradient.builder.constant(Tensor(repeating: 0, gradient.type))
            forGradient = try (forGradient ?? zeros) + perChannel
        }
        return [forImages, forGradient]
    }

    // The operation without the gradient of the bias, which is a sum.
    public func decomposition(of operands: [Value]) throws -> [Value]? {
        guard withBias else { return nil }
        let filters = try ConvolutionFilterGradient(window, groups: groups, withBias: false).results(on: operands)
        return [filters[0], try operands[1].summedPerChannel()]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (images, upstream) = (operands[0], operands[1])
        var filters = ReferenceTensor(resultTypes[0].shape)
        Convolution(window, groups: groups).forEachProduct(
            images: images.shape, filters: filters.shape, results: upstream.shape
        ) { x, w, y in
            filters.elements[w] += images.elements[x] * upstream.elements[y]
        }
        guard withBias else { return [filters] }
        var bias = ReferenceTensor([upstream.shape[1]])
        upstream.shape.forEachElement { position, o in bias.elements[o] += upstream.elements[position] }
        return [filters, bias]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        Convolution(window, groups: groups).multiplyAdds(operands: [operands[0], results[0]], results: [operands[1]])
    }
}
