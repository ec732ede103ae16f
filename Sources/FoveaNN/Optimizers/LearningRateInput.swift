/// A learning rate that a step takes as an input: groups of parameters may have different rates.
public struct LearningRateInput: Hashable, Sendable {
    /// The name of the input: ``GraphName/learningRate`` for the optimizer's own.
    public let name: String
    /// The rate before the schedule.
    public let rate: Double
}
