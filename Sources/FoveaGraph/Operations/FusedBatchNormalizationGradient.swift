/// ``BatchNormalizationGradient`` with the operations before it in one: the gradients for the upstream gradient g =
/// f′(y) · (g₁ + g₂), with a rectifier f.
///
/// Operands: x [N, C, …]; scale, mean and variance [C]; if there is a rectifier, its result y, or the bias [C] to
/// recompute y from x; one or two upstream gradients. Results: the gradients with respect to x, scale [C] and bias [C];
/// and g, if another node needs it. y and all gradients but the two of [C] have x's shape.
///
/// Made by ``FuseNormalizationGradient``.
public struct FusedBatchNormalizationGradient: FusedOperation {
    public static let name = "FusedBatchNormalizationGradient"
    public let epsilon: Double
    /// The function whose derivative is taken; nil for none.
    public let activation: FusedActivation?
    /// Whether y is recomputed, which saves reading it; possible where no residual was added.
    public let recomputesResult: Bool
    /// Whether the upstream gradient is a sum of two.
    public let addsUpstream: Bool
    /// Whether g is a result.
    public let givesUpstream: Bool

    public init(
        epsilon: Double, rectifier: (any Rectifier)? = nil, recomputesResult: Bool = false, addsUpstream: Bool = false,
        givesUpstream: Bool = false
    ) {
        self.epsilon = epsilon
        activation = rectifier.map { FusedActivation($0) }
        self.recomputesResult = recomputesResult
        self.addsUpstream = addsUpstream
        self.givesUpstream = givesUpstream
    }

    private var gradient: BatchNormalizationGradient { BatchNormalizationGradient(epsilon: epsilon) }

    /// The place of the (first) upstream gradient among the operands.
    package var upstreamPosition: Int { activation == nil ? 4 : 5 }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(upstreamPosition + (addsUpstream ? 2 : 1), operands, of: Self.name)
        let hasBias = activation != nil && recomputesResult
        if hasBias { _ = try expectChannels(operands[0], parameters: [operands[4]], of: Self.name) }
        try expectEqualTypes([operands[0]] + operands[(hasBias ? 5 : 4)...], of: Self.name)
        let results = try gradient.resultTypes(of: operands[..<4] + [operands[upstreamPosition]])
        return results + (givesUpstream ? [operands[0]] : [])
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        var upstream = operands[upstreamPosition]
        if addsUpstream { upstream = try upstream + operands[upstreamPosition + 1] }
        if let activation {
            // The rectifier's operand determines its derivative as well as its result does.
            let y =
                recomputesResult
                ? try BatchNormalizationInference(epsilon: epsilon)
                    .applied(to: operands[0], operands[1], operands[4], operands[2], operands[3]) : operands[4]
            upstream = try activation.operation.gradient.applied(to: y, upstream)
        }
        let results = try gradient.results(on: operands[..<4] + [upstream])
        return results + (givesUpstream ? [upstream] : [])
    }
}
