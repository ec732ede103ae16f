public import FoveaFormats

/// What happens while a network is trained, in order.
public enum TrainingEvent: Sendable {
    /// A step was made.
    case step(StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int)
    /// An epoch ended.
    case epoch(EpochMetrics)
}
