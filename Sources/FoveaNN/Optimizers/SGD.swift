public import FoveaGraph

/// Stochastic gradient descent with momentum: v ← m·v + g, p ← p − lr·v, where g includes weightDecay·p.
///
/// Same numbers as `torch.optim.SGD`.
public struct SGD: Optimizer {
    public let learningRate: Double
    public let momentum: Double
    public let nesterov: Bool
    public let weightDecay: Double

    public init(learningRate: Double = 0.01, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
        self.learningRate = learningRate
        self.momentum = momentum
        self.nesterov = nesterov
        self.weightDecay = weightDecay
    }

    public var slots: [String] { momentum == 0 ? [] : ["momentum_buffer"] }

    public func withWeightDecay(_ weightDecay: Double) -> SGD {
        SGD(learningRate: learningRate, momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    }

    public func validate() throws {
        try expect(learningRate, in: 0..., "learning rate", "a number of at least 0")
        try expect(momentum, in: 0..<1, "momentum", "a number from 0 to below 1")
        try expect(weightDecay, in: 0..., "weight decay", "a number of at least 0")
        if nesterov, momentum == 0 {
            throw FoveaError(.usage, "Nesterov's step needs a momentum.", remedy: "Give a momentum such as 0.9.")
        }
    }

    public func update(
        _ parameter: Value, gradient: Value, learningRate: Value, step: Value, slots: [Value]
    ) throws -> (parameter: Value, slots: [Value]) {
        let results = try SGDUpdate(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
            .results(on: [parameter, gradient, learningRate] + slots)
        return (results[0], Array(results.dropFirst()))
    }
}
