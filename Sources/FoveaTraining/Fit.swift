public import FoveaData
public import FoveaFormats
import FoveaGraph
public import FoveaNN

/// How long and in which steps a network is trained.
public struct TrainingPlan: Hashable, Sendable {
    public var epochs: Int
    public var batchSize: Int
    public var schedule: LearningRateSchedule.Kind
    /// Over how many epochs the learning rate rises to its full value.
    public var warmupEpochs: Int
    /// Whether each epoch sees the examples in an order of its own.
    public var isShuffled: Bool
    /// Draws the orders.
    public var seed: UInt64

    public init(
        epochs: Int, batchSize: Int, schedule: LearningRateSchedule.Kind = .constant, warmupEpochs: Int = 0,
        isShuffled: Bool = true, seed: UInt64 = 42
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.schedule = schedule
        self.warmupEpochs = warmupEpochs
        self.isShuffled = isShuffled
        self.seed = seed
    }

    /// - Throws: ``FoveaError`` when a number makes no sense, whatever the data.
    public func validate() throws {
        guard (1...1_000_000).contains(epochs) else {
            throw FoveaError(.usage, "The number of epochs is \(epochs).", remedy: "Use 1 to 1,000,000.")
        }
        guard batchSize >= 1 else {
            throw FoveaError(.usage, "The batch size is \(batchSize).", remedy: "Use at least 1.")
        }
        guard (0...epochs).contains(warmupEpochs) else {
            throw FoveaError(
                .usage, "\(warmupEpochs) warm-up epochs do not fit into \(epochs) epochs.",
                remedy: "Use from 0 to \(epochs).")
        }
    }

    /// - Throws: ``FoveaError`` when a number makes no sense for this data.
    public func validate(for dataset: Dataset) throws {
        try validate()
        guard batchSize <= dataset.count else {
            throw FoveaError(
                .usage,
                "The batch size \(batchSize) is larger than the \(dataset.count) examples of the training part.",
                remedy: "Use at most \(dataset.count).")
        }
    }
}

/// What happens while a network is trained, in order.
public enum TrainingEvent: Sendable {
    /// A step was made.
    case step(StepReport, epoch: Int, stepInEpoch: Int, stepsPerEpoch: Int)
    /// An epoch ended.
    case epoch(EpochMetrics)
}

extension Trainer {
    /// Trains for the epochs of a plan, reporting every step and every epoch.
    ///
    /// Work is done when the next event is asked for, so whoever iterates may read the weights between two events, and
    /// stops the training by ceasing to ask.
    ///
    /// - Throws: ``FoveaError`` when the plan does not fit the data.
    public nonisolated func fit(
        _ training: Dataset, validation: Dataset? = nil, preprocessing: Preprocessing, plan: TrainingPlan
    ) throws -> Fit {
        try plan.validate(for: training)
        return Fit(
            trainer: self, training: training, validation: validation, preprocessing: preprocessing, plan: plan)
    }
}

/// A training run as a sequence of events.
public struct Fit: AsyncSequence, Sendable {
    let trainer: Trainer
    let training: Dataset
    let validation: Dataset?
    let preprocessing: Preprocessing
    let plan: TrainingPlan

    /// The number of steps of one epoch; the last batch may be smaller.
    public var stepsPerEpoch: Int { (training.count + plan.batchSize - 1) / plan.batchSize }

    public func makeAsyncIterator() -> Iterator { Iterator(fit: self) }

    public struct Iterator: AsyncIteratorProtocol {
        private let fit: Fit
        private let schedule: LearningRateSchedule
        private var epoch = 0
        private var batches: DataLoader.Iterator?
        private var totals = EpochTotals()

        init(fit: Fit) {
            self.fit = fit
            schedule = LearningRateSchedule(
                fit.plan.schedule, totalSteps: fit.plan.epochs * fit.stepsPerEpoch,
                warmupSteps: fit.plan.warmupEpochs * fit.stepsPerEpoch)
        }

        /// The next event, or nil after the last epoch.
        ///
        /// - Throws: ``FoveaError`` when training diverges; `CancellationError` when the task was cancelled.
        public mutating func next() async throws -> TrainingEvent? {
            try Task.checkCancellation()
            if batches == nil {
                guard epoch < fit.plan.epochs else { return nil }
                epoch += 1
                totals = EpochTotals()
                batches = try DataLoader(
                    fit.training, preprocessing: fit.preprocessing, batchSize: fit.plan.batchSize,
                    order: EpochOrder(seed: fit.plan.seed, isShuffled: fit.plan.isShuffled), epoch: epoch
                ).makeAsyncIterator()
            }
            let begin = ContinuousClock.now
            let batch = try await batches?.next()
            totals.wait += ContinuousClock.now - begin
            if let batch {
                let factor = schedule.factor(at: (epoch - 1) * fit.stepsPerEpoch + totals.steps)
                let report = try await fit.trainer.step(batch, learningRateFactor: factor)
                totals.add(report)
                return .step(report, epoch: epoch, stepInEpoch: totals.steps, stepsPerEpoch: fit.stepsPerEpoch)
            }
            batches = nil
            totals.stop()
            var evaluation: Evaluation?
            if let validation = fit.validation {
                evaluation = try await fit.trainer.classifier.evaluate(validation, preprocessing: fit.preprocessing)
            }
            return .epoch(totals.metrics(epoch: epoch, evaluation))
        }
    }
}

/// Sums over the steps of an epoch.
private struct EpochTotals {
    private let start = ContinuousClock.now
    private var seconds = 0.0
    private var lossSum = 0.0
    private var correct = 0
    private var count = 0
    private var learningRate = 0.0
    private(set) var steps = 0
    /// How long steps waited for their images.
    var wait = Duration.zero

    mutating func add(_ report: StepReport) {
        lossSum += Double(report.loss) * Double(report.count)
        correct += report.correct
        count += report.count
        learningRate = report.learningRate
        steps += 1
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
