import FoveaFormats

/// Sums over the steps of an epoch.
struct EpochTotals {
    private let start = ContinuousClock.now
    private var seconds = 0.0
    private var lossSum = 0.0
    private var correct = 0
    private var count = 0
    private var learningRate = 0.0
    /// How long steps waited for their images.
    var wait = Duration.zero

    mutating func add(_ report: StepReport) {
        lossSum += Double(report.loss) * Double(report.count)
        correct += report.correct
        count += report.count
        learningRate = report.learningRate
    }

    /// Ends the measured time, before validation.
    mutating func stop() { seconds = (ContinuousClock.now - start) / .seconds(1) }

    func metrics(epoch: Int, _ evaluation: Evaluation?) -> EpochMetrics {
        let examples = Double(max(1, count))
        return EpochMetrics(
            epoch: epoch, trainLoss: Float(lossSum / examples), trainAccuracy: Float(Double(correct) / examples),
            validationLoss: (evaluation?.loss).map { Float($0) },
            validationAccuracy: (evaluation?.accuracy).map { Float($0) }, learningRate: Float(learningRate),
            seconds: Float(seconds), imagesPerSecond: Float(seconds > 0 ? Double(count) / seconds : 0),
            dataWait: Float(seconds > 0 ? wait / .seconds(seconds) : 0))
    }
}
