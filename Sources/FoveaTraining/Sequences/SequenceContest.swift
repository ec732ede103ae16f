public import FoveaData
import FoveaFormats
import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// The recipe by which all networks of a contest are trained.
public struct ContestRecipe: Hashable, Sendable {
    public var epochs: Int
    public var batchSize: Int
    /// The highest rate of the one-cycle schedule; each network takes the best for itself.
    public var learningRates: [Double]
    /// Seeds of the trainings that choose a learning rate.
    public var tuningSeeds: [UInt64]
    /// Seeds of the trainings that are measured.
    public var seeds: [UInt64]
    /// The Euclidean norm to which gradients are clipped.
    public var clipNorm: Double
    public var weightDecay: Double
    /// The fraction of the training part that chooses the learning rate.
    public var heldOut: Double
    /// The training accuracy whose time is reported.
    public var targetAccuracy: Double

    public init(
        epochs: Int = 60, batchSize: Int = 16, learningRates: [Double] = [0.001, 0.003, 0.01],
        tuningSeeds: [UInt64] = [0, 1], seeds: [UInt64] = [0, 1, 2, 3, 4], clipNorm: Double = 1,
        weightDecay: Double = 0.01, heldOut: Double = 0.2, targetAccuracy: Double = 0.95
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.learningRates = learningRates
        self.tuningSeeds = tuningSeeds
        self.seeds = seeds
        self.clipNorm = clipNorm
        self.weightDecay = weightDecay
        self.heldOut = heldOut
        self.targetAccuracy = targetAccuracy
    }

    /// - Throws: ``FoveaError`` when a list is empty or a number impossible.
    public func validate() throws {
        guard !learningRates.isEmpty, !tuningSeeds.isEmpty, seeds.count >= 2 else {
            throw FoveaError(
                .usage, "A contest needs learning rates and at least two seeds; it has \(seeds.count).",
                remedy: "Use at least 2 seeds: an interval needs several trainings, and five say more.")
        }
        guard heldOut > 0, heldOut < 1 else {
            throw FoveaError(
                .usage, "The fraction \(heldOut) cannot be held out to choose a learning rate.",
                remedy: "Use a number between 0 and 1, such as 0.2.")
        }
    }
}

/// The training of one network from one seed.
public struct ContestRun: Hashable, Sendable {
    public let seed: UInt64
    /// Nil where the training diverged.
    public let accuracy: Double?
    /// Mean loss and accuracy over the training part, epoch by epoch.
    public let curve: [Epoch]
    /// Mean seconds of an epoch.
    public let secondsPerEpoch: Double
    /// Seconds to the first epoch with the target accuracy on the training part; nil where none had it.
    public let secondsToTarget: Double?

    public struct Epoch: Hashable, Sendable {
        public let loss: Double
        public let accuracy: Double
    }
}

/// A network of a contest.
public struct Contestant: Sendable {
    public let name: String
    public let network: TracedNetwork

    /// - Parameter network: takes `sequences` and `lengths`, and gives `logits`.
    public init(name: String, network: TracedNetwork) {
        self.name = name
        self.network = network
    }
}

/// Trains networks on the same sequences by the same recipe, and measures each once on the test part.
///
/// A learning rate is chosen for each network by the mean accuracy of a few seeds on a part of the training data that is held
/// out; then each seed trains on the whole training part with it. Examples, their order, batches and number of steps are the same
/// for all networks; initial values and order vary with the seed, the parts do not.
public struct SequenceContest: Sendable {
    /// What happens, for a report.
    public enum Event: Sendable {
        case tuned(contestant: Int, learningRate: Double, accuracy: Double?)
        case trained(contestant: Int, ContestRun)
    }

    /// The results of one network.
    public struct Result: Sendable {
        public let name: String
        public let learningRate: Double
        /// The mean accuracy of each learning rate on the held-out part; nil where all trainings diverged.
        public let tuning: [(learningRate: Double, accuracy: Double?)]
        public let runs: [ContestRun]

        /// Over the runs that did not diverge; nil where none is left.
        public var accuracy: StudentInterval? {
            let accuracies = runs.compactMap(\.accuracy)
            return accuracies.isEmpty ? nil : StudentInterval(accuracies)
        }

        public var divergences: Int { runs.count { $0.accuracy == nil } }
    }

    private let recipe: ContestRecipe
    private let training: any ExampleSource
    private let test: any ExampleSource
    private let preparation: SequencePreparation
    private let device: Device
    /// The training part as it is divided to choose a learning rate.
    private let tuningParts: (training: any ExampleSource, heldOut: any ExampleSource)

    /// - Throws: ``FoveaError`` when the recipe is impossible for this data.
    public init(
        _ recipe: ContestRecipe, training: any ExampleSource, test: any ExampleSource,
        preparation: SequencePreparation, device: Device
    ) throws {
        try recipe.validate()
        (self.recipe, self.training, self.test) = (recipe, training, test)
        (self.preparation, self.device) = (preparation, device)
        let parts = try training.split(validationFraction: recipe.heldOut, seed: 0)
        tuningParts = (parts.training, parts.validation)
    }

    /// - Parameter report: called after every training, on the caller's task.
    /// - Throws: ``FoveaError`` when a network does not fit the data or an example cannot be read; a training that diverges is
    ///   counted instead.
    public func results(
        of contestants: [Contestant], report: (Event) throws -> Void
    ) async throws -> [Result] {
        var tuned: [[(learningRate: Double, accuracy: Double?)]] = []
        for (number, contestant) in contestants.enumerated() {
            var found: [(learningRate: Double, accuracy: Double?)] = []
            for rate in recipe.learningRates {
                var accuracies: [Double] = []
                for seed in recipe.tuningSeeds {
                    let run = try await run(
                        contestant, seed, rate, on: tuningParts.training, measuring: tuningParts.heldOut)
                    if let accuracy = run.accuracy { accuracies.append(accuracy) }
                }
                // A rate at which a training diverges is not better than one at which none does.
                let mean =
                    accuracies.count < recipe.tuningSeeds.count
                    ? nil : accuracies.reduce(0, +) / Double(accuracies.count)
                found.append((rate, mean))
                try report(.tuned(contestant: number, learningRate: rate, accuracy: mean))
            }
            tuned.append(found)
        }
        var results: [Result] = []
        for (number, contestant) in contestants.enumerated() {
            let best = tuned[number].max { ($0.accuracy ?? -1) < ($1.accuracy ?? -1) } ?? tuned[number][0]
            var runs: [ContestRun] = []
            for seed in recipe.seeds {
                let run = try await run(contestant, seed, best.learningRate, on: training, measuring: test)
                runs.append(run)
                try report(.trained(contestant: number, run))
            }
            results.append(
                Result(
                    name: contestant.name, learningRate: best.learningRate, tuning: tuned[number], runs: runs))
        }
        return results
    }

    private func run(
        _ contestant: Contestant, _ seed: UInt64, _ learningRate: Double, on training: any ExampleSource,
        measuring part: any ExampleSource
    ) async throws -> ContestRun {
        let trainer = try await Trainer(
            contestant.network, objective: Classification(),
            rule: UpdateRule(
                AdamW(learningRate: learningRate, weightDecay: recipe.weightDecay), clipNorm: recipe.clipNorm),
            device: device, seed: seed)
        let fit = try trainer.fit(
            training, preprocessing: preparation,
            plan: TrainingPlan(
                epochs: recipe.epochs, batchSize: min(recipe.batchSize, training.count), schedule: .oneCycle,
                seed: seed))
        try await fit.prepare()
        var (curve, seconds, secondsToTarget) = ([ContestRun.Epoch](), 0.0, Double?.none)
        var hasDiverged = false
        do {
            for try await case .epoch(let metrics) in fit {
                seconds += Double(metrics.seconds)
                let epoch = ContestRun.Epoch(
                    loss: try metrics.training[GraphName.loss],
                    accuracy: try metrics.training[Classification.accuracy])
                curve.append(epoch)
                if secondsToTarget == nil, epoch.accuracy >= recipe.targetAccuracy { secondsToTarget = seconds }
            }
        } catch {
            guard await trainer.hasDiverged else { throw error }
            hasDiverged = true
        }
        let accuracy =
            hasDiverged
            ? nil : try await trainer.predictor.evaluate(part, transforms: [preparation])[Classification.accuracy]
        return ContestRun(
            seed: seed, accuracy: accuracy, curve: curve, secondsPerEpoch: seconds / Double(max(1, curve.count)),
            secondsToTarget: secondsToTarget)
    }
}

extension [SequenceContest.Result] {
    /// The mean difference of two networks' accuracies over the seeds with which both trained to the end, the first's minus the
    /// second's; nil where there is no such seed.
    public func difference(of first: Int, and second: Int) -> StudentInterval? {
        let differences = zip(self[first].runs, self[second].runs).compactMap { one, other in
            one.accuracy.flatMap { accuracy in other.accuracy.map { accuracy - $0 } }
        }
        return differences.isEmpty ? nil : StudentInterval(differences)
    }
}
