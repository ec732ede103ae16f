import FoveaGraph

/// Standardises each channel over the valid steps of the batch, then scales and shifts it: y = (x − μ)/√(σ² + ε) · weight + bias.
///
/// As ``BatchNorm2D``, over [N, C, T]: what lies beyond a sequence's length counts neither in μ and σ² nor in the running
/// statistics. Parameters: `weight`, `bias` [C]; statistics: `running_mean`, `running_var` [C]. Same numbers as
/// `torch.nn.BatchNorm1d` on the valid steps.
///
/// Source: Ioffe and Szegedy, "Batch Normalization", 2015.
public struct BatchNorm1D: SequenceLayer {
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

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let channels = input.values.shape[1]
            func declare(_ parameter: Parameter) throws -> Value {
                try trace.declare(parameter, [channels], .init(incoming: channels, outgoing: channels))
            }
            let wide = try trace.inParameterType(input.values)
            let (scale, shift) = (try declare(weight), try declare(bias))
            let (mean, variance) = (try declare(runningMean), try declare(runningVariance))
            guard trace.moves(runningMean), trace.moves(runningVariance) else {
                return input.with(
                    try trace.inArithmetic(
                        BatchNormalizationInference(epsilon: epsilon).applied(to: wide, scale, shift, mean, variance)))
            }
            let count = input.values.shape[0] * input.steps
            guard count > 1 else {
                throw FoveaError(
                    .usage, layer: "has one value per channel to take the variance of.",
                    remedy: "Train with a batch size above 1.")
            }
            let batch = try input.with(wide).statistics(normalizedBy: epsilon, scale, shift)
            let rule = MovingAverage(momentum: momentum)
            try trace.updateStatistic(runningMean, to: rule.applied(to: mean, batch.mean))
            try trace.updateStatistic(runningVariance, to: rule.applied(to: variance, batch.unbiasedVariance))
            return input.with(try trace.inArithmetic(batch.normalized))
        }
    }
}

extension SequenceValue {
    /// The values standardized by the batch's own mean and variance over valid steps, and these.
    fileprivate func statistics(
        normalizedBy epsilon: Double, _ scale: Value, _ shift: Value
    ) throws -> (normalized: Value, mean: Value, unbiasedVariance: Value) {
        guard let lengths else {
            let results = try BatchNormalization(epsilon: epsilon).results(on: [values, scale, shift])
            let count = Double(values.shape[0] * steps)
            return (results[0], results[1], try results[2] * (count / (count - 1)))
        }
        let results = try SequenceNormalization(epsilon: epsilon).results(on: [values, scale, shift, lengths])
        let count = try SequenceStepCount(steps: steps, dataType: values.dataType).applied(to: lengths)
        // One step has no variance; max(1, n − 1) keeps it finite.
        let degrees = try ReLU().applied(to: count + -2) + 1
        return (results[0], results[1], try results[2] * (count / degrees))
    }
}
