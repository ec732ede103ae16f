/// Reads the same elements, row by row, under another shape.
///
/// Source: ONNX `Reshape`. Same numbers as `torch.reshape`.
public struct Reshape: Operation {
    public static let name = "Reshape"
    public let shape: Shape

    public init(to shape: Shape) { self.shape = shape }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        guard operands[0].shape.elementCount == shape.elementCount else {
            throw FoveaError(
                .usage,
                "\(operands[0].shape) has \(operands[0].shape.elementCount) elements and \(shape) has "
                    + "\(shape.elementCount).",
                remedy: "Reshape to as many elements as there are.")
        }
        return [TensorType(shape, operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        [try upstream[0].map { try Reshape(to: operands[0].shape).applied(to: $0) }]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [ReferenceTensor(shape, operands[0].elements)]
    }
}
