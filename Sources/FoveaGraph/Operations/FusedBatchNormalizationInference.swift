/// ``BatchNormalizationInference`` with the rectifier after it in one: y = f((x − μ_c) / √(σ²_c + ε) · scale_c +
/// bias_c).
///
/// Operands: x [N, C, …]; scale, bias, mean and variance [C]. Result: y, of x's shape.
///
/// Made by ``RecomputeNormalizations``, after differentiation: it has no gradient.
public struct FusedBatchNormalizationInference: FusedOperation {
    public static let name = "FusedBatchNormalizationInference"
    public let epsilon: Double
    /// The activation of the normalized numbers; nil for none.
    public let activation: FusedActivation?

    public init(epsilon: Double, activation: FusedActivation? = nil) {
        self.epsilon = epsilon
        self.activation = activation
    }

    private var normalization: BatchNormalizationInference { BatchNormalizationInference(epsilon: epsilon) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try normalization.resultTypes(of: operands)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let y = try normalization.results(on: operands)[0]
        return [try activation?.operation.applied(to: y) ?? y]
    }
}
