/// The gradient of ``AveragePooling``: every pixel receives 1/K of the gradient of each result it was averaged into.
///
/// Operand: the upstream gradient [N, C, H', W']. Result: [N, C, H, W]. Likewise for any other number of spatial axes.
public struct AveragePoolingGradient: Operation {
    public static let name = "AveragePoolingGradient"
    public let window: Window
    public let countIncludingPadding: Bool
    public let inputShape: Shape

    public init(_ window: Window, countIncludingPadding: Bool = true, inputShape: Shape) {
        self.window = window
        self.countIncludingPadding = countIncludingPadding
        self.inputShape = inputShape
    }

    private var forward: AveragePooling { AveragePooling(window, countIncludingPadding: countIncludingPadding) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        let images = TensorType(inputShape, operands[0].dataType)
        let pooled = try forward.resultTypes(of: [images])
        guard operands == pooled else {
            throw FoveaError(.usage, "The upstream gradient has the type \(operands[0]), the pooling \(pooled[0]).")
        }
        return [images]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        [try upstream[0].map { try forward.applied(to: $0) }]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let upstream = operands[0]
        let counts = forward.pixelCounts(images: inputShape, results: upstream.shape)
        var gradient = ReferenceTensor(inputShape)
        window.forEachPooledPixel(images: inputShape, results: upstream.shape) { position, _, pixel in
            gradient.elements[pixel] += upstream.elements[position] / counts[position]
        }
        return [gradient]
    }
}
