/// Moves a statistic towards a new value: s′ = (1 − m) · s + m · c · v, with the momentum m and a correction c of the value.
///
/// Operands: the statistic s and the value v, of one shape. Result: s′. For a variance, the correction M / (M − 1) makes
/// the mean square deviation of M numbers an unbiased estimate.
///
/// Source: Ioffe and Szegedy, "Batch Normalization", ICML 2015. Same numbers as the running statistics of
/// `torch.nn.functional.batch_norm`.
public struct MovingAverage: Operation {
    public static let name = "MovingAverage"
    public let momentum: Double
    public let correction: Double

    public init(momentum: Double, correction: Double = 1) {
        self.momentum = momentum
        self.correction = correction
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectEqualTypes(operands, of: Self.name)
        return [operands[0]]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try operands[0] * (1 - momentum) + operands[1] * (momentum * correction)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let moved = zip(operands[0].elements, operands[1].elements).map { statistic, value in
            (1 - momentum) * statistic + momentum * correction * value
        }
        return [ReferenceTensor(operands[0].shape, moved)]
    }
}
