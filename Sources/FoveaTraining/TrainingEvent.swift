public import FoveaFormats

/// An event of a network's training.
public enum TrainingEvent: Sendable {
    /// A step was made.
    case step(StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int)
    /// An epoch ended.
    case epoch(EpochMetrics)
}
