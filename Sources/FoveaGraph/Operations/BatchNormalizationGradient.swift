/// The gradient of ``BatchNormalization``. With x̂ = (x − μ) / √(σ² + ε), g = ∂L/∂y and M elements per channel:
/// ∂L/∂bias = Σ g, ∂L/∂scale = Σ g·x̂, ∂L/∂x = scale / √(σ² + ε) · (g − 1/M · ∂L/∂bias − x̂/M · ∂L/∂scale).
///
/// Operands: x [N, C, …]; scale, mean and variance [C]; the upstream gradient, of x's shape. Results: the
/// gradients with respect to x, scale [C] and bias [C].
public struct BatchNormalizationGradient: Operation {
    public static let name = "BatchNormalizationGradient"
    public let epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(5, operands, of: Self.name)
        let perChannel = try expectChannels(operands[0], parameters: Array(operands[1...3]), of: Self.name)
        try expectEqualTypes([operands[0], operands[4]], of: Self.name)
        return [operands[0], perChannel, perChannel]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (x, upstream) = (operands[0], operands[4])
        let perChannel = try operands[1...3].map { try $0.perChannel(rank: x.shape.rank) }
        let deviation = try SquareRoot().applied(to: perChannel[2] + epsilon)
        let normalized = try (x - perChannel[1]) / deviation
        let (forBias, forScale) = (
            try upstream.summedPerChannel(), try (upstream * normalized).summedPerChannel()
        )
        let sums = try forBias.perChannel(rank: x.shape.rank) + normalized * forScale.perChannel(rank: x.shape.rank)
        let count = Double(x.shape.elementCount / max(1, x.shape[1]))
        return [try (upstream - sums * (1 / count)) * (perChannel[0] / deviation), forScale, forBias]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (x, scale, mean, variance, upstream) = (operands[0], operands[1], operands[2], operands[3], operands[4])
        let inverseDeviation = variance.elements.map { 1 / ($0 + epsilon).squareRoot() }
        func normalized(_ i: Int, _ c: Int) -> Double { (x.elements[i] - mean.elements[c]) * inverseDeviation[c] }

        var (forScale, forBias) = (ReferenceTensor(scale.shape), ReferenceTensor(scale.shape))
        x.shape.forEachElement { i, c in
            forBias.elements[c] += upstream.elements[i]
            forScale.elements[c] += upstream.elements[i] * normalized(i, c)
        }
        var forX = ReferenceTensor(x.shape)
        let count = Double(x.shape.elementsPerChannel)
        x.shape.forEachElement { i, c in
            let centred =
                upstream.elements[i] - (forBias.elements[c] + normalized(i, c) * forScale.elements[c]) / count
            forX.elements[i] = scale.elements[c] * inverseDeviation[c] * centred
        }
        return [forX, forScale, forBias]
    }
}
