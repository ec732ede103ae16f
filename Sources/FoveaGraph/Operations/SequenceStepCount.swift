/// The number of valid steps of a batch of sequences: Σ_n length[n], each from 0 to `steps`, as a scalar.
///
/// Operand: lengths int32 [N]. Result: a scalar of type `dataType`.
public struct SequenceStepCount: Operation {
    public static let name = "SequenceStepCount"
    public let steps: Int
    public let dataType: DataType

    public init(steps: Int, dataType: DataType = .float32) {
        self.steps = steps
        self.dataType = dataType
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectRank(1, operands[0], "lengths", of: Self.name)
        try expectLengths(operands[0], count: operands[0].shape[0], of: Self.name)
        return [TensorType([], dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [nil] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [ReferenceTensor([], [operands[0].elements.reduce(0) { $0 + Double(validSteps($1, of: steps)) }])]
    }
}
