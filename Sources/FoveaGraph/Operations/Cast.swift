/// The same elements as another type: each rounded once to the nearest, ties to even; integers round toward zero, stop at
/// their bounds and make NaN 0, and truth values make everything but 0 true.
///
/// Operand: a tensor of any type. Result: its shape with elements of `dataType`. The gradient passes through between
/// floating-point types, cast back; integers and truth values have none.
///
/// Source: ONNX `Cast`. Same numbers as `torch.Tensor.to` for what the target can hold.
public struct Cast: Operation {
    public static let name = "Cast"
    public let dataType: DataType

    public init(to dataType: DataType) { self.dataType = dataType }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        return [TensorType(operands[0].shape, dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard dataType.isFloatingPoint, operands[0].dataType.isFloatingPoint else { return [nil] }
        return [try upstream[0].map { try $0.cast(to: operands[0].dataType) }]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        // The backend converts them to elements of the result's type.
        operands
    }
}

extension Value {
    /// The same elements as another type: a ``Cast``, or the value itself where it already has the type.
    public func cast(to dataType: DataType) throws -> Value {
        dataType == self.dataType ? self : try Cast(to: dataType).applied(to: self)
    }
}
