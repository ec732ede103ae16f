import FoveaFoundation

/// A step of Adam: with m′ = β₁·m + (1 − β₁)·g and v′ = β₂·v + (1 − β₂)·g²,
/// p′ = p − η/(1 − β₁ᵗ) · m′ / (√v′/√(1 − β₂ᵗ) + ε).
///
/// Operands: parameter p and gradient g, of one shape; learning rate η and step t, scalars, t = 1 for the first step;
/// first moment m and second moment v, of p's shape, zeros at the start. Results: p′, m′, v′. The weight decay λ adds λ·p
/// to the gradient or, decoupled (AdamW), first shrinks p to (1 − η·λ)·p.
///
/// Source: Kingma and Ba, "Adam", ICLR 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
/// Same numbers as `torch.optim.Adam` and `torch.optim.AdamW`.
public struct AdamUpdate: ParameterUpdate {
    public static let name = "AdamUpdate"
    public static let scalarCount = 2
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double
    public let decoupledWeightDecay: Bool

    public init(
        beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
        decoupledWeightDecay: Bool = false
    ) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decoupledWeightDecay = decoupledWeightDecay
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(6, operands, of: Self.name)
        return try parameterTypes(of: operands, scalars: 2...3, of: Self.name)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (rate, step) = (operands[2], operands[3])
        var (parameter, gradient) = (operands[0], operands[1])
        if decoupledWeightDecay {
            parameter = try parameter - parameter * rate * weightDecay
        } else {
            gradient = try gradient + parameter * weightDecay
        }
        let first = try operands[4] * beta1 + gradient * (1 - beta1)
        let second = try operands[5] * beta2 + gradient * gradient * (1 - beta2)
        // 1 − βᵗ = −2h / (1 − h) with h = tanh(t · ln β / 2), which keeps its digits where βᵗ is near 1.
        func correction(_ beta: Double) throws -> Value {
            let half = try Tanh().applied(to: step * (0.5 * log(beta)))
            return try half * -2 / (half * -1 + 1)
        }
        let deviation = try SquareRoot().applied(to: second / correction(beta2)) + epsilon
        return [try parameter - rate / correction(beta1) * first / deviation, first, second]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var (parameter, first, second) = (operands[0], operands[4], operands[5])
        let (rate, step) = (operands[2].elements[0], operands[3].elements[0])
        let firstCorrection = 1 - pow(beta1, step)
        let secondCorrection = 1 - pow(beta2, step)
        for i in 0..<parameter.count {
            var gradient = operands[1].elements[i]
            if decoupledWeightDecay {
                parameter.elements[i] *= 1 - rate * weightDecay
            } else {
                gradient += weightDecay * parameter.elements[i]
            }
            first.elements[i] = beta1 * first.elements[i] + (1 - beta1) * gradient
            second.elements[i] = beta2 * second.elements[i] + (1 - beta2) * gradient * gradient
            let deviation = (second.elements[i] / secondCorrection).squareRoot() + epsilon
            parameter.elements[i] -= rate / firstCorrection * first.elements[i] / deviation
        }
        return [parameter, first, second]
    }
}
