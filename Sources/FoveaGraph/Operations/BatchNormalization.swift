/// Gives each channel mean 0 and variance 1 over the batch, then scales and shifts it:
/// y = (x − μ_c) / √(σ²_c + ε) · scale_c + bias_c.
///
/// Operands: x [N, C, …] with any number of spatial axes, or none; scale [C]; bias [C]. Results: y, of x's shape; the mean
/// μ [C]; the variance σ² [C], the mean of (x − μ)² over all axes but C, not corrected for bias. Mean and variance are for
/// running statistics: a loss may depend on y only.
///
/// Source: ONNX `BatchNormalization` in training mode; Ioffe and Szegedy, "Batch Normalization", ICML 2015. Same numbers
/// as `torch.nn.functional.batch_norm` with `training=True`.
public struct BatchNormalization: Operation {
    public static let name = "BatchNormalization"
    public let epsilon: Double

    public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        let perChannel = try expectChannels(operands[0], parameters: Array(operands[1...]), of: Self.name)
        return [operands[0], perChannel, perChannel]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard upstream[1] == nil, upstream[2] == nil else {
            throw FoveaError(
                .usage, "The loss depends on the mean or the variance that \(Self.name) computed.",
                remedy: "Compute them with ReduceMean where a loss needs them.")
        }
        guard let upstream = upstream[0] else { return [nil, nil, nil] }
        return try BatchNormalizationGradient(epsilon: epsilon)
            .results(on: [operands[0], operands[1], results[1], results[2], upstream])
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (x, scale, bias) = (operands[0], operands[1], operands[2])
        let mean = try x.averagedPerChannel()
        let deviation = try x - mean.perChannel(rank: x.shape.rank)
        let variance = try (deviation * deviation).averagedPerChannel()
        let y = try BatchNormalizationInference(epsilon: epsilon).applied(to: x, scale, bias, mean, variance)
        return [y, mean, variance]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (x, scale, bias) = (operands[0], operands[1], operands[2])
        var (mean, variance) = (ReferenceTensor(scale.shape), ReferenceTensor(scale.shape))
        let count = Double(x.shape.elementsPerChannel)
        x.shape.forEachElement { i, c in mean.elements[c] += x.elements[i] / count }
        x.shape.forEachElement { i, c in
            let deviation = x.elements[i] - mean.elements[c]
            variance.elements[c] += deviation * deviation / count
        }
        let y = BatchNormalizationInference(epsilon: epsilon).normalized(x, scale, bias, mean, variance)
        return [y, mean, variance]
    }
}

/// The types of a normalization's per-channel tensors: all of them [C] for an x of [N, C, …].
///
/// - Throws: ``FoveaError`` when x has no channels or a parameter has another size.
func expectChannels(_ x: TensorType, parameters: [TensorType], of operation: String) throws -> TensorType {
    try expectFloatingPoint([x], of: operation)
    guard x.shape.rank >= 2 else {
        throw FoveaError(
            .usage, "\(operation) expects an input of rank 2 or more and was given \(x.shape).",
            remedy: "Reshape it to batch × channels, with spatial axes behind them or without.")
    }
    let perChannel = TensorType([x.shape[1]], x.dataType)
    for parameter in parameters where parameter != perChannel {
        throw FoveaError(
            .usage, "\(operation) of \(x) was given a parameter of type \(parameter).",
            remedy: "Give it one number per channel, \(perChannel).")
    }
    return perChannel
}

extension Shape {
    /// Number of elements of each channel of [N, C, …].
    var elementsPerChannel: Int { elementCount / max(1, dimensions[1]) }
}
