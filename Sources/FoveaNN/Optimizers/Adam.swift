public import FoveaGraph

/// Adam: steps scaled by running means of the gradient and of its square.
///
/// m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², p ← p − lr · m̂ / (√v̂ + ε) with m̂, v̂ corrected for their start at 0.
/// Same numbers as `torch.optim.Adam`.
///
/// Source: Kingma and Ba, "Adam", 2015.
public struct Adam: Optimizer {
    public let learningRate: Double
    public let betas: (Double, Double)
    public let epsilon: Double
    public let weightDecay: Double

    public init(
        learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
        weightDecay: Double = 0
    ) {
        self.learningRate = learningRate
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    public var slots: [String] { AdamStep.slots }
    private var step: AdamStep { AdamStep(betas, epsilon, weightDecay, decoupled: false) }
    public func validate() throws { try step.validate(learningRate) }

    public func withWeightDecay(_ weightDecay: Double) -> Adam {
        Adam(learningRate: learningRate, betas: betas, epsilon: epsilon, weightDecay: weightDecay)
    }

    public func update(
        _ parameter: Value, gradient: Value, learningRate: Value, step: Value, slots: [Value]
    ) throws -> (parameter: Value, slots: [Value]) {
        try self.step.update([parameter, gradient, learningRate, step] + slots)
    }
}

/// Adam whose weight decay shrinks the parameter directly: p ← p − lr·weightDecay·p before the step.
///
/// Same numbers as `torch.optim.AdamW`.
///
/// Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019.
public struct AdamW: Optimizer {
    public let learningRate: Double
    public let betas: (Double, Double)
    public let epsilon: Double
    public let weightDecay: Double

    public init(
        learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
        weightDecay: Double = 0.01
    ) {
        self.learningRate = learningRate
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    public var slots: [String] { AdamStep.slots }
    private var step: AdamStep { AdamStep(betas, epsilon, weightDecay, decoupled: true) }
    public func validate() throws { try step.validate(learningRate) }

    public func withWeightDecay(_ weightDecay: Double) -> AdamW {
        AdamW(learningRate: learningRate, betas: betas, epsilon: epsilon, weightDecay: weightDecay)
    }

    public func update(
        _ parameter: Value, gradient: Value, learningRate: Value, step: Value, slots: [Value]
    ) throws -> (parameter: Value, slots: [Value]) {
        try self.step.update([parameter, gradient, learningRate, step] + slots)
    }
}

/// The step that ``Adam`` and ``AdamW`` share.
private struct AdamStep {
    static let slots = ["exp_avg", "exp_avg_sq"]
    let betas: (Double, Double)
    let epsilon: Double
    let weightDecay: Double
    let decoupled: Bool

    init(_ betas: (Double, Double), _ epsilon: Double, _ weightDecay: Double, decoupled: Bool) {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        self.decoupled = decoupled
    }

    func validate(_ learningRate: Double) throws {
        try expect(learningRate, in: 0..., "learning rate", "a number of at least 0")
        try expect(betas.0, in: 0..<1, "first beta", "a number from 0 to below 1")
        try expect(betas.1, in: 0..<1, "second beta", "a number from 0 to below 1")
        try expect(epsilon, in: 0..., "epsilon", "a number of at least 0")
        try expect(weightDecay, in: 0..., "weight decay", "a number of at least 0")
    }

    func update(_ operands: [Value]) throws -> (parameter: Value, slots: [Value]) {
        let results = try AdamUpdate(
            beta1: betas.0, beta2: betas.1, epsilon: epsilon, weightDecay: weightDecay, decoupledWeightDecay: decoupled
        ).results(on: operands)
        return (results[0], Array(results.dropFirst()))
    }
}
