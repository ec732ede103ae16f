/// Averages each channel over the whole image: y[n,c] = 1/(H·W) · Σ_{i,j} x[n,c,i,j].
///
/// Operand: images [N, C, H, W]. Result: [N, C, 1, 1]. It has no sliding window: whatever its input has seen, one result
/// sees the whole image.
///
/// Source: ONNX `GlobalAveragePool`. Same numbers as `torch.nn.functional.adaptive_avg_pool2d(x, 1)`.
public struct GlobalAveragePooling: Channelwise {
    public static let name = "GlobalAveragePooling"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        try expectRank(4, operands[0], "images", of: Self.name)
        let images = operands[0].shape
        return [TensorType(try Shape(validating: [images[0], images[1], 1, 1]), operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        let images = operands[0].shape
        let share = try upstream * (1 / Double(images[2] * images[3]))
        return [try Broadcast(to: images).applied(to: share)]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let spatial = Array(2..<operands[0].shape.rank)
        return [try ReduceMean(axes: spatial, keepDimensions: true).applied(to: operands[0])]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let images = operands[0]
        var result = ReferenceTensor(resultTypes[0].shape)
        forEachPosition(of: images.shape) { n, c, i, j in result[n, c, 0, 0] += images[n, c, i, j] }
        let area = Double(images.shape[2] * images.shape[3])
        return [result.map { $0 / area }]
    }
}
