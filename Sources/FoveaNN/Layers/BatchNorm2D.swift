public import FoveaGraph

/// Standardises each channel over the batch, then scales and shifts it: y = (x − μ)/√(σ² + ε) · weight + bias.
///
/// In training μ and σ² are the batch's, and the running statistics move towards them:
/// running ← (1 − momentum)·running + momentum·batch, with the unbiased variance. In inference, and where they are frozen,
/// they are the running ones.
/// A layer that is called twice in a step moves them twice.
/// Input [N, C, H, W] or [N, C]. Parameters: `weight`, `bias` [C]; statistics: `running_mean`, `running_var` [C].
/// Same numbers as `torch.nn.BatchNorm2d`.
///
/// Source: Ioffe and Szegedy, "Batch Normalization", 2015.
public struct BatchNorm2D: Layer {
    public let epsilon: Double
    public let momentum: Double
    let weight: Parameter
    let bias: Parameter
    let runningMean: Parameter
    let runningVariance: Parameter

    public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
        self.epsilon = epsilon
        self.momentum = momentum
        weight = Parameter(.ones)
        bias = Parameter(.zeros)
        runningMean = Parameter(.zeros, role: .statistic, named: "running_mean")
        runningVariance = Parameter(.ones, role: .statistic, named: "running_var")
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self, holding: weight) { trace in
            guard input.shape.rank == 4 || input.shape.rank == 2 else {
                throw FoveaError(
                    .usage, layer: "expects [batch, channels, height, width], \(input.producer) gives \(input.shape).")
            }
            let channels = input.shape[1]
            func declare(_ parameter: Parameter) throws -> Value {
                try trace.declare(parameter, [channels], .init(incoming: channels, outgoing: channels))
            }
            // Means over many values, and statistics, need more digits than the type that layers compute in may have.
            let wide = try trace.inParameterType(input)
            let (scale, shift) = (try declare(weight), try declare(bias))
            let (mean, variance) = (try declare(runningMean), try declare(runningVariance))
            guard trace.moves(runningMean), trace.moves(runningVariance) else {
                return try trace.inArithmetic(
                    BatchNormalizationInference(epsilon: epsilon).applied(to: wide, scale, shift, mean, variance))
            }
            let count = channels == 0 ? 0 : input.shape.elementCount / channels
            guard count > 1 else {
                throw FoveaError(
                    .usage,
                    layer: "has one value per channel to take the variance of, \(input.producer) gives \(input.shape).",
                    remedy: "Train with a batch size above 1.")
            }
            let results = try BatchNormalization(epsilon: epsilon).results(on: [wide, scale, shift])
            let unbiased = Double(count) / Double(count - 1)
            try trace.updateStatistic(
                runningMean, to: MovingAverage(momentum: momentum).applied(to: mean, results[1]))
            try trace.updateStatistic(
                runningVariance,
                to: MovingAverage(momentum: momentum, correction: unbiased).applied(to: variance, results[2]))
            return try trace.inArithmetic(results[0])
        }
    }
}
