public import FoveaNN

/// The result of one training step.
public struct StepReport: Hashable, Sendable {
    /// The number of the step, from 1.
    public let step: Int
    /// The mean loss of the batch, before the update.
    public let loss: Float
    /// The number of examples.
    public let count: Int
    /// The objective's metrics, before the update: means over the examples of the batch.
    public let metrics: Named<Double>
    public let learningRate: Double
    /// The Euclidean norm of all gradients before they were clipped; nil where they are not, and in steps without an update.
    public let gradientNorm: Float?

    /// Number of examples classified correctly, before the update; 0 where the objective does not classify.
    public var correct: Int {
        (try? metrics[Classification.accuracy]).map { Int(($0 * Double(count)).rounded()) } ?? 0
    }
}
