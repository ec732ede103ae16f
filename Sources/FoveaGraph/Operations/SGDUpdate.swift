/// A step of stochastic gradient descent: with g′ = g + λ·p and v′ = m·v + g′,
/// p′ = p − η·v′, or with Nesterov's look-ahead p′ = p − η·(g′ + m·v′); without momentum p′ = p − η·g′.
///
/// Operands: parameter p and gradient g, of one shape; learning rate η, a scalar; and, if the momentum m is not 0, the
/// velocity v, zeros at the start. Results: p′ and, with momentum, v′. λ is the weight decay.
///
/// Source: Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013. Same numbers
/// as `torch.optim.SGD` without dampening.
public struct SGDUpdate: ParameterUpdate {
    public static let name = "SGDUpdate"
    public static let scalarCount = 1
    public let momentum: Double
    public let nesterov: Bool
    public let weightDecay: Double

    public init(momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        guard momentum != 0 || !nesterov else {
            throw FoveaError(
                .usage, "Nesterov's look-ahead needs momentum.", remedy: "Set a momentum, 0.9 for example.")
        }
        try expectOperandCount(momentum == 0 ? 3 : 4, operands, of: Self.name)
        return try parameterTypes(of: operands, scalars: 2...2, of: Self.name)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (parameter, rate) = (operands[0], operands[2])
        let gradient = weightDecay == 0 ? operands[1] : try operands[1] + parameter * weightDecay
        guard momentum != 0 else { return [try parameter - gradient * rate] }
        let velocity = try operands[3] * momentum + gradient
        let direction = nesterov ? try gradient + velocity * momentum : velocity
        return [try parameter - direction * rate, velocity]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var parameter = operands[0]
        let rate = operands[2].elements[0]
        func decayedGradient(_ i: Int) -> Double { operands[1].elements[i] + weightDecay * parameter.elements[i] }
        guard momentum != 0 else {
            for i in 0..<parameter.count { parameter.elements[i] -= rate * decayedGradient(i) }
            return [parameter]
        }
        var velocity = operands[3]
        for i in 0..<parameter.count {
            let gradient = decayedGradient(i)
            velocity.elements[i] = momentum * velocity.elements[i] + gradient
            let direction = nesterov ? gradient + momentum * velocity.elements[i] : velocity.elements[i]
            parameter.elements[i] -= rate * direction
        }
        return [parameter, velocity]
    }
}

/// The types of an optimizer's results: the new parameter and, after the gradient and the scalars, one slot for each
/// remaining operand, all of the parameter's type.
///
/// - Throws: ``FoveaError`` when an operand has another type.
func parameterTypes(of operands: [TensorType], scalars: ClosedRange<Int>, of operation: String) throws -> [TensorType] {
    let parameter = operands[0]
    try expectFloatingPoint(operands, of: operation)
    for (index, operand) in operands.enumerated() {
        let expected = scalars.contains(index) ? TensorType([], parameter.dataType) : parameter
        guard operand == expected else {
            throw FoveaError(
                .usage, "Operand \(index) of \(operation) has the type \(operand).",
                remedy: "For a parameter of type \(parameter) it is \(expected).")
        }
    }
    return [parameter] + operands[(scalars.upperBound + 1)...]
}
