/// The filters and the bias of a convolution that also normalizes: with s = scale / √(σ² + ε), they are w·s and (b −
/// μ)·s + bias.
///
/// Operands: filters w [O, …]; scale, bias, mean μ and variance σ² [O]; the convolution's own bias b [O], if there is one.
/// Results: filters of w's shape, a bias [O].
///
/// Made by ``FoldBatchNormalization``, after differentiation: it has no gradient.
public struct NormalizationFolding: Operation {
    public static let name = "NormalizationFolding"
    public let epsilon: Double
    public let hasBias: Bool

    public init(epsilon: Double = 1e-5, hasBias: Bool) {
        self.epsilon = epsilon
        self.hasBias = hasBias
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(hasBias ? 6 : 5, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        let perFilter = operands[1]
        guard let filters = operands[0].shape.dimensions.first, perFilter.shape == [filters] else {
            throw FoveaError(
                .usage, "\(Self.name) was given filters \(operands[0].shape) and a scale \(perFilter.shape).",
                remedy: "Give it one scale for each filter.")
        }
        try expectEqualTypes(Array(operands[1...]), of: Self.name)
        return [operands[0], perFilter]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (filters, scale, bias, mean) = (operands[0], operands[1], operands[2], operands[3])
        let factor = try scale / SquareRoot().applied(to: operands[4] + epsilon)
        let perFilter = Shape([filters.shape[0]] + filters.shape.dimensions.dropFirst().map { _ in 1 })
        let shift = hasBias ? try operands[5] - mean : try mean * -1
        return [try filters * Reshape(to: perFilter).applied(to: factor), try shift * factor + bias]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        var (filters, bias) = (operands[0], operands[2])
        let size = filters.elements.count / max(1, bias.elements.count)
        for filter in bias.elements.indices {
            let factor = operands[1].elements[filter] / (operands[4].elements[filter] + epsilon).squareRoot()
            let own = hasBias ? operands[5].elements[filter] : 0
            bias.elements[filter] += (own - operands[3].elements[filter]) * factor
            for position in filter * size..<(filter + 1) * size { filters.elements[position] *= factor }
        }
        return [filters, bias]
    }
}
