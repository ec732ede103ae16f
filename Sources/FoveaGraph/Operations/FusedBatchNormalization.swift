/// ``BatchNormalization`` with the next operations in one: y = f(x̂ · scale + bias + r), with rectifier f, residual r.
///
/// Operands: x [N, C, …]; scale [C]; bias [C]; the residual r, of x's shape, if there is one. Results: y, the
/// mean and the variance, as the normalization's.
///
/// Made by ``FuseNormalizationEpilogue``, after differentiation: it has no gradient.
public struct FusedBatchNormalization: FusedOperation {
    public static let name = "FusedBatchNormalization"
    public let epsilon: Double
    public let addsResidual: Bool
    /// The activation of the sum; nil for none.
    public let activation: FusedActivation?

    public init(epsilon: Double, addsResidual: Bool = false, rectifier: (any Rectifier)? = nil) {
        self.epsilon = epsilon
        self.addsResidual = addsResidual
        activation = rectifier.map { FusedActivation($0) }
    }

    private var normalization: BatchNormalization { BatchNormalization(epsilon: epsilon) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(addsResidual ? 4 : 3, operands, of: Self.name)
        if addsResidual { try expectEqualTypes([operands[0], operands[3]], of: Self.name) }
        return try normalization.resultTypes(of: Array(operands[..<3]))
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        var results = try normalization.results(on: Array(operands[..<3]))
        if addsResidual { results[0] = try results[0] + operands[3] }
        if let activation { results[0] = try activation.operation.applied(to: results[0]) }
        return results
    }
}
