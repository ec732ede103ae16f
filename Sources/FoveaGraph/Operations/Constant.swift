/// A tensor that is part of the graph.
///
/// Source: ONNX `Constant`.
public struct Constant: Operation {
    public static let name = "Constant"
    public let tensor: Tensor

    public init(_ tensor: Tensor) { self.tensor = tensor }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(0, operands, of: Self.name)
        return [tensor.type]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [ReferenceTensor(tensor.shape, tensor.doubles)]
    }
}
