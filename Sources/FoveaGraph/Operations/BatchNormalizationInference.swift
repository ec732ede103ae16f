/// ``BatchNormalization`` with given mean and variance: y = (x − μ_c) / √(σ²_c + ε) · scale_c + bias_c.
///
/// Operands: x [N, C, …]; scale, bias, mean and variance [C]. Result: y, of x's shape.
///
/// Source: ONNX `BatchNormalization`. Same numbers as `torch.nn.functional.batch_norm` with `training=False`.
public struct BatchNormalizationInference: Operation {
    public static let name = "BatchNormalizationInference"
    public let epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(5, operands, of: Self.name)
        _ = try expectChannels(operands[0], parameters: Array(operands[1...]), of: Self.name)
        return [operands[0]]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return operands.map { _ in nil } }
        let x = operands[0]
        let broadcastable = Shape([1, x.shape[1]] + Array(repeating: 1, count: x.shape.rank - 2))
        let perChannel = try operands[1...].map { try Reshape(to: broadcastable).applied(to: $0) }
        let (scale, mean, variance) = (perChannel[0], perChannel[2], perChannel[3])
        let deviation = try SquareRoot().applied(to: variance + epsilon)
        let normalized = try (x - mean) / deviation
        let forX = try upstream * (scale / deviation)
        func summedPerChannel(_ gradient: Value) throws -> Value {
            try Reshape(to: operands[1].shape).applied(to: gradient.summed(to: broadcastable))
        }
        // ∂x̂/∂μ = −1/√(σ² + ε) and ∂x̂/∂σ² = −½ · x̂ / (σ² + ε).
        return [
            forX, try summedPerChannel(upstream * normalized), try summedPerChannel(upstream),
            try summedPerChannel(forX * -1), try summedPerChannel(forX * normalized / deviation * -0.5),
        ]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let perChannel = try operands[1...].map { try $0.perChannel(rank: operands[0].shape.rank) }
        let factor = try perChannel[0] / SquareRoot().applied(to: perChannel[3] + epsilon)
        return [try (operands[0] - perChannel[2]) * factor + perChannel[1]]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [normalized(operands[0], operands[1], operands[2], operands[3], operands[4])]
    }

    /// The formula, for given statistics; training computes its own and then does the same.
    func normalized(
        _ x: ReferenceTensor, _ scale: ReferenceTensor, _ bias: ReferenceTensor, _ mean: ReferenceTensor,
        _ variance: ReferenceTensor
    ) -> ReferenceTensor {
        let factors = zip(scale.elements, variance.elements).map { $0 / ($1 + epsilon).squareRoot() }
        var y = ReferenceTensor(x.shape)
        x.shape.forEachElement { i, c in
            y.elements[i] = (x.elements[i] - mean.elements[c]) * factors[c] + bias.elements[c]
        }
        return y
    }
}
