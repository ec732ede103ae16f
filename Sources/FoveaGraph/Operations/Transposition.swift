/// Reorders the axes: axis k of the result is axis `permutation[k]` of the operand.
///
/// Source: ONNX `Transpose`. Same numbers as `torch.permute`.
public struct Transposition: Operation {
    public static let name = "Transposition"
    public let permutation: [Int]

    public init(permutation: [Int]) { self.permutation = permutation }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        let shape = operands[0].shape
        guard permutation.sorted() == Array(0..<shape.rank) else {
            throw FoveaError(
                .usage, "\(permutation) is no order of the axes of \(shape).",
                remedy: "Name each axis from 0 to \(shape.rank - 1) once.")
        }
        return [TensorType(try Shape(validating: permutation.map { shape[$0] }), operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        let inverse = permutation.indices.sorted { permutation[$0] < permutation[$1] }
        return [try upstream[0].map { try Transposition(permutation: inverse).applied(to: $0) }]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (shape, strides) = (resultTypes[0].shape, operands[0].shape.strides)
        let offsets = shape.offsets(strides: permutation.map { strides[$0] })
        return [ReferenceTensor(shape, offsets.map { operands[0].elements[$0] })]
    }
}
