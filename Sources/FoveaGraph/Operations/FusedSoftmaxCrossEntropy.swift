/// ``SoftmaxCrossEntropy`` or ``SoftmaxCrossEntropyWithTargets`` and its gradient in one: both need the same
/// exponentials of the logits.
///
/// Operands: logits [N, C]; class indices [N], int32, or targets [N, C]; the upstream gradient [N]. Results: the losses
/// [N], and the gradient with respect to the logits [N, C].
///
/// Made by ``FuseLossGradient``, after differentiation: it has no gradient.
public struct FusedSoftmaxCrossEntropy: Operation {
    public static let name = "FusedSoftmaxCrossEntropy"
    /// Whether the second operand is targets rather than class indices.
    public let hasTargets: Bool

    public init(hasTargets: Bool) { self.hasTargets = hasTargets }

    private var loss: any Operation { hasTargets ? SoftmaxCrossEntropyWithTargets() : SoftmaxCrossEntropy() }
    private var gradient: any Operation {
        hasTargets ? SoftmaxCrossEntropyWithTargetsGradient() : SoftmaxCrossEntropyGradient()
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        return try loss.resultTypes(of: Array(operands[..<2])) + gradient.resultTypes(of: operands)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let losses = try loss.results(on: Array(operands[..<2]))
        return try losses + gradient.results(on: operands)
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        loss.evaluate(Array(operands[..<2]), resultTypes: [resultTypes[0]])
            + gradient.evaluate(operands, resultTypes: [resultTypes[1]])
    }
}
