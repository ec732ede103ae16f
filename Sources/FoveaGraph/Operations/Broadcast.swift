/// Repeats a tensor along its axes of size 1 and its missing leading axes.
///
/// Source: ONNX `Expand`. Same numbers as `torch.broadcast_to`.
public struct Broadcast: Operation {
    public static let name = "Broadcast"
    public let shape: Shape

    public init(to shape: Shape) { self.shape = shape }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        let source = operands[0].shape
        let missing = shape.rank - source.rank
        guard missing >= 0, (0..<source.rank).allSatisfy({ source[$0] == 1 || source[$0] == shape[$0 + missing] })
        else {
            throw FoveaError(
                .usage, "The shape \(source) does not broadcast to \(shape).",
                remedy: "Aligned from the last, each axis must be equal or 1.")
        }
        return [TensorType(shape, operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        [try upstream[0]?.summed(to: operands[0].shape)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [operands[0].broadcast(to: shape)]
    }
}
