import FoveaFormats
import FoveaNN

/// Totals of the steps of an epoch.
struct EpochTotals {
    private let start = ContinuousClock.now
    private var seconds = 0.0
    /// Number of examples in steps since `start`.
    private var seenCount = 0
    private var learningRate = 0.0
    /// The loss and the metrics of all batches of the epoch, including those before a resumed fit.
    private(set) var means: WeightedMeans
    /// Time that steps waited for their batches.
    var wait = Duration.zero

    init(goingOnFrom means: WeightedMeans) { self.means = means }

    mutating func add(_ report: StepReport) {
        means.add(Named([(GraphName.loss, Double(report.loss))]).merging(report.metrics), count: report.count)
        seenCount += report.count
        learningRate = report.learningRate
    }

    /// Ends the measured time, before validation.
    mutating func stop() { seconds = (ContinuousClock.now - start) / .seconds(1) }

    func metrics(epoch: Int, validation: Named<Double>?) -> EpochMetrics {
        EpochMetrics(
            epoch: epoch, training: means.values, validation: validation, learningRate: Float(learningRate),
            seconds: Float(seconds), imagesPerSecond: Float(seconds > 0 ? Double(seenCount) / seconds : 0),
            dataWait: Float(seconds > 0 ? wait / .seconds(seconds) : 0))
    }
}
