public import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime

extension Trainer {
    /// Trains for the epochs of a plan, reporting every step and every epoch.
    ///
    /// Work is done when the next event is requested, so the caller may read the weights between two events, and stops
    /// the training by requesting no more.
    ///
    /// - Parameters:
    ///   - transforms: applied to each training example in each epoch, before the preprocessing; instead of it where the last of
    ///     them is a ``Preprocessing`` itself, as in ``Augmentation/transforms(for:)``.
    ///   - preprocessing: the last transform of each example of both parts, which turns it into the network's inputs:
    ///     ``Preprocessing`` for images. Not needed where the source gives tensors that the network takes.
    ///   - mixing: mixes each training batch after that, whose targets are then soft.
    ///   - leavingOut: receives the examples of both parts that cannot be read, which are then left out of their batch; and a
    ///     batch too small to train on is left out whole. By default they are errors.
    ///   - workers: number of loading threads; by default one for each processor, up to 8.
    ///   - resuming: continues in the data where the ``Checkpoint`` that was restored to the trainer was taken; the
    ///     data and the plan must be the same as then.
    /// - Throws: ``FoveaError`` when the plan or the network does not fit the data, or the network cannot be trained on such
    ///   batches.
    public nonisolated func fit(
        _ training: any ExampleSource, validation: (any ExampleSource)? = nil, transforms: [any Transform] = [],
        preprocessing: (any Transform)? = nil, mixing: BatchMixing? = nil, plan: TrainingPlan,
        leavingOut: LeavingOut? = nil, workers: Int? = nil, resuming: Bool = false
    ) throws -> Fit {
        try plan.validate(for: training)
        let objective = try mixing.map(objective(mixing:)) ?? objective
        try training.expectSoundLabels(objective, signature.outputs)
        try validation?.expectClasses(of: signature)
        // Traces a step, so that a batch that cannot be trained on is reported before the first step.
        _ = try trainingGraph(forExamples: plan.batchSize, objective)
        let preprocessing = preprocessing.map { [$0] } ?? []
        return Fit(
            trainer: self, training: training, validation: validation,
            transforms: transforms.last is Preprocessing ? transforms : transforms + preprocessing,
            preprocessing: preprocessing, mixing: mixing, objective: objective, plan: plan, leavingOut: leavingOut,
            workers: workers, resuming: resuming, lastBatch: try lastBatch(of: training, plan, objective))
    }

    /// The objective for mixed batches.
    ///
    /// - Throws: ``FoveaError`` when it does not take their targets.
    private nonisolated func objective(mixing: BatchMixing) throws -> any Objective {
        let mixed = TensorType.float32([mixing.classes])
        let adapted = objective.adapted(to: [Batch.labelsName: TensorType(Shape([1, mixing.classes]), .float32)])
        let expected = try adapted.targets(for: signature.outputs)
        guard expected.contains(Batch.labelsName), try expected[Batch.labelsName] == mixed else {
            throw FoveaError(
                .usage,
                "Mixed batches have soft targets of \(mixing.classes) classes, which the training's objective does not take.",
                remedy: "Train with Classification, and mix with as many classes as the network has outputs.")
        }
        return adapted
    }
}

/// A training run as a sequence of events.
public struct Fit: AsyncSequence, Sendable {
    let trainer: Trainer
    let training: any ExampleSource
    let validation: (any ExampleSource)?
    /// Transforms of each training example, the preprocessing included.
    let transforms: [any Transform]
    /// Transforms of each validation example.
    let preprocessing: [any Transform]
    let mixing: BatchMixing?
    /// The objective as the targets of training batches need it.
    let objective: any Objective
    let plan: TrainingPlan
    let leavingOut: LeavingOut?
    let workers: Int?
    let resuming: Bool
    /// The preprocessing that the device carries out, where it comes last and the device takes batches while it computes.
    private var onDevice: Preprocessing? {
        trainer.runsAhead && mixing == nil ? transforms.last as? Preprocessing : nil
    }
    /// What is done to each training example before it is in a batch.
    private var loadingTransforms: [any Transform] {
        onDevice.map { transforms.dropLast() + [ImageBytes($0)] } ?? transforms
    }
    /// Treatment of the examples that do not fill a batch.
    public let lastBatch: LastBatch

    /// The number of steps of one epoch; the last batch may be smaller.
    public var stepsPerEpoch: Int {
        (training.count - lastBatch.leftOutCount + plan.batchSize - 1) / plan.batchSize
    }

    /// Compiles the steps for all batch sizes of the epochs, so that one that cannot run, or does not fit in memory, is
    /// reported before the first step.
    ///
    /// - Throws: ``FoveaError`` when a step cannot be compiled, or there is not enough memory.
    public func prepare() async throws {
        try await trainer.prepare(forExamples: plan.batchSize, objective)
        if case .smaller(let count) = lastBatch { try await trainer.prepare(forExamples: count, objective) }
    }

    public func makeAsyncIterator() -> Iterator { Iterator(fit: self) }

    /// Whether a batch that has lost examples can be trained on.
    private func canTrain(on batch: Batch) -> Bool {
        batch.failures.isEmpty || (try? trainer.trainingGraph(forExamples: batch.indices.count, objective)) != nil
    }

    public struct Iterator: AsyncIteratorProtocol {
        private let fit: Fit
        private let schedule: LearningRateSchedule
        private var epoch = 0
        /// The number of the step in the epoch, from 1.
        private var stepInEpoch = 0
        private var hasBegun = false
        private var batches: DataLoader.Iterator?
        /// What was prepared while a step ran.
        private var prepared: Result<PreparedBatch, any Error>?
        private var totals = EpochTotals(goingOnFrom: WeightedMeans())

        /// A batch that can be trained on, or the end of the epoch.
        private struct PreparedBatch {
            let batch: Batch?
            let staged: [String: any DeviceValue]
            /// The number of batches before it that cannot.
            let skipped: Int
            var wait: Duration
        }

        init(fit: Fit) {
            self.fit = fit
            schedule = LearningRateSchedule(
                fit.plan.schedule, totalSteps: fit.plan.epochs * fit.stepsPerEpoch,
                warmupSteps: fit.plan.warmupEpochs * fit.stepsPerEpoch)
        }

        /// The next event, or nil after the last epoch.
        ///
        /// - Throws: ``FoveaError`` when training diverges, or an example cannot be read or does not fit, naming it;
        ///   `CancellationError` when the task was cancelled.
        public mutating func next() async throws -> TrainingEvent? {
            try Task.checkCancellation()
            if !hasBegun {
                try await fit.prepare()
                let place = fit.resuming ? await fit.trainer.place : DataPlace()
                (epoch, stepInEpoch, hasBegun) = (place.epochs, place.batches, true)
                totals = EpochTotals(goingOnFrom: place.means)
            }
            if batches == nil {
                guard epoch < fit.plan.epochs else { return nil }
                epoch += 1
                totals = EpochTotals(goingOnFrom: stepInEpoch > 0 ? totals.means : WeightedMeans())
                batches = try DataLoader(
                    fit.training, transforms: fit.loadingTransforms, batchSize: fit.plan.batchSize,
                    order: EpochOrder(seed: fit.plan.seed, isShuffled: fit.plan.isShuffled), epoch: epoch,
                    skipping: stepInEpoch, dropLast: fit.lastBatch.leftOutCount > 0,
                    bucketing: fit.plan.bucketing, mixing: fit.mixing,
                    workers: fit.workers, failures: fit.leavingOut == nil ? .thrown : .kept
                ).makeAsyncIterator()
            }
            let next = try await takePrepared()
            stepInEpoch += next.skipped
            totals.wait += next.wait
            if let batch = next.batch {
                let factor = schedule.factor(at: (epoch - 1) * fit.stepsPerEpoch + stepInEpoch)
                let step = try await fit.trainer.begin(
                    batch, staged: next.staged, standardizing: fit.onDevice, learningRateFactor: factor)
                if fit.trainer.runsAhead { await prepareNext() }
                let begin = ContinuousClock.now
                let report = try await fit.trainer.end(step)
                // A step that was still running when the next batch was there did not wait for it.
                if ContinuousClock.now - begin > .microseconds(200) { forgetWait() }
                totals.add(report)
                stepInEpoch += 1
                await fit.trainer.move(to: DataPlace(epochs: epoch - 1, batches: stepInEpoch, means: totals.means))
                return .step(report, epoch: epoch, stepInEpoch: stepInEpoch, stepsPerEpoch: fit.stepsPerEpoch)
            }
            batches = nil
            stepInEpoch = 0
            await fit.trainer.move(to: DataPlace(epochs: epoch))
            totals.stop()
            var validation: Named<Double>?
            if let part = fit.validation {
                validation = try await fit.trainer.modelPredictor().evaluate(
                    part, transforms: fit.preprocessing, leavingOut: fit.leavingOut)
            }
            return .epoch(totals.metrics(epoch: epoch, validation: validation))
        }

        /// The next batch, prepared now unless it has been already.
        private mutating func takePrepared() async throws -> PreparedBatch {
            defer { prepared = nil }
            if let prepared { return try prepared.get() }
            return try await prepare()
        }

        /// Prepares a batch ahead. An error is thrown when its turn comes.
        private mutating func prepareNext() async {
            do { prepared = .success(try await prepare()) } catch { prepared = .failure(error) }
        }

        private mutating func forgetWait() {
            guard var next = try? prepared?.get() else { return }
            next.wait = .zero
            prepared = .success(next)
        }

        private mutating func prepare() async throws -> PreparedBatch {
            let begin = ContinuousClock.now
            let (batch, skipped) = try await nextBatch()
            let wait = ContinuousClock.now - begin
            let staged =
                if let batch { try await fit.trainer.staging.staged(batch, standardizing: fit.onDevice) } else {
                    [String: any DeviceValue]()
                }
            return PreparedBatch(batch: batch, staged: staged, skipped: skipped, wait: wait)
        }

        /// The next batch that can be trained on, nil at the end of the epoch; and the number of those before it that cannot.
        private mutating func nextBatch() async throws -> (Batch?, skipped: Int) {
            var skipped = 0
            while let batch = try await batches?.next() {
                let isFilled = try batch.isFilled(leavingOut: fit.leavingOut, of: fit.training.name)
                if isFilled, fit.canTrain(on: batch) { return (batch, skipped) }
                skipped += 1
            }
            return (nil, skipped)
        }
    }
}
