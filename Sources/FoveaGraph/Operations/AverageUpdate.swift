/// Moves an average of a parameter's values towards its newest: a′ = (1 − r)·a + r·p.
///
/// Operands: the average a and the parameter p, of one shape; the rate r, a scalar: 1 − decay, or 1 where the average begins.
/// Result: a′.
///
/// Source: Polyak and Juditsky, "Acceleration of stochastic approximation by averaging", 1992. Same numbers as
/// `torch.optim.swa_utils.get_ema_multi_avg_fn`.
public struct AverageUpdate: ParameterUpdate {
    public static let name = "AverageUpdate"
    public static let scalarCount = 1

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        return try parameterTypes(of: operands, scalars: 2...2, of: Self.name)
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let rate = operands[2].elements[0]
        let moved = zip(operands[0].elements, operands[1].elements).map { (1 - rate) * $0 + rate * $1 }
        return [ReferenceTensor(operands[0].shape, moved)]
    }
}
