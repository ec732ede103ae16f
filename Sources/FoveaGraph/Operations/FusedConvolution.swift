/// A ``Convolution`` with the operations after it in one: y = f(x ∗ w + b + r), with an activation f and a residual r.
///
/// Operands: images x [N, C, H, W]; filters w [O, C/groups, KH, KW]; the bias b [O], if there is one; the residual r, of
/// the result's shape, if there is one. Result: [N, O, H', W'].
///
/// Made by ``FuseConvolutionEpilogue``, after differentiation: it has no gradient.
public struct FusedConvolution: WindowedOperation, FusedOperation {
    public static let name = "FusedConvolution"
    public let convolution: Convolution
    public let hasBias: Bool
    public let addsResidual: Bool
    /// The activation of the sum; nil for none.
    public let activation: FusedActivation?

    public init(
        _ convolution: Convolution, hasBias: Bool, addsResidual: Bool = false, activation: FusedActivation? = nil
    ) {
        self.convolution = convolution
        self.hasBias = hasBias
        self.addsResidual = addsResidual
        self.activation = activation
    }

    /// The number of operands that are the convolution's; the residual follows them.
    package var convolutionOperandCount: Int { hasBias ? 3 : 2 }

    public var window: Window { convolution.window }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(convolutionOperandCount + (addsResidual ? 1 : 0), operands, of: Self.name)
        let results = try convolution.resultTypes(of: Array(operands[..<convolutionOperandCount]))
        if addsResidual { try expectEqualTypes([results[0], operands[convolutionOperandCount]], of: Self.name) }
        return results
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let sum = try convolution.results(on: Array(operands[..<convolutionOperandCount]))[0]
        let result = addsResidual ? try sum + operands[convolutionOperandCount] : sum
        return [try activation?.operation.applied(to: result) ?? result]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        convolution.multiplyAdds(operands: operands, results: results)
    }
}
