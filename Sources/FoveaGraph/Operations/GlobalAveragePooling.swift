/// Averages each channel over the whole image: y[n,c] = 1/(H·W) · Σ_{i,j} x[n,c,i,j].
///
/// Operand: images [N, C, H, W], or any other number of spatial axes but none. Result: [N, C, 1, 1], of the same rank.
/// It has no sliding window: whatever the receptive field of its input, one result sees the whole image.
///
/// Source: ONNX `GlobalAveragePool`. Same numbers as `torch.nn.functional.adaptive_avg_pool2d(x, 1)`.
public struct GlobalAveragePooling: Channelwise {
    public static let name = "GlobalAveragePooling"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        let images = operands[0].shape
        guard images.rank >= 3 else {
            throw FoveaError(
                .usage, "\(Self.name) expects images of rank 3 or more and was given \(images).",
                remedy: "Reshape it to batch × channels × one spatial axis or more.")
        }
        let means = try Shape(validating: [images[0], images[1]] + images.spatialSizes.map { _ in 1 })
        return [TensorType(means, operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        let images = operands[0].shape
        let share = try upstream * (1 / Double(images.pixelCount))
        return [try Broadcast(to: images).applied(to: share)]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let spatial = Array(2..<operands[0].shape.rank)
        return [try ReduceMean(axes: spatial, keepDimensions: true).applied(to: operands[0])]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let images = operands[0]
        var result = ReferenceTensor(resultTypes[0].shape)
        let pixels = images.shape.pixelCount
        for (index, pixel) in images.elements.enumerated() { result.elements[index / pixels] += pixel }
        return [result.map { $0 / Double(pixels) }]
    }
}
