public import FoveaData
import FoveaFoundation
import FoveaGraph

/// The probabilities of each example's classes, from networks that were not trained on it.
///
/// The examples are divided into folds, each with the same fraction of every class; for each fold a network is trained on the
/// others.
public struct OutOfFold: Sendable {
    private let source: any ExampleSource
    private let parts: StratifiedFolds
    public var folds: Int { parts.count }

    /// - Throws: ``FoveaError`` when there are fewer than two folds, or a class has fewer than two examples: a network that has
    ///   seen none of a class knows nothing of it.
    public init(_ source: any ExampleSource, folds: Int, seed: UInt64) throws {
        self.source = source
        parts = try StratifiedFolds(labels: source.labels(), folds: folds, seed: seed) { label in
            "\(label) of \(quoted(source.name))"
        }
    }

    /// Trains a network for each fold, and predicts the fold's examples with it.
    ///
    /// - Parameters:
    ///   - makeTrainer: a new network.
    ///   - completed: called with the number of folds that are done.
    /// - Returns: for each example the probability of each class.
    /// - Throws: ``FoveaError`` when an example cannot be read or a training fails.
    public func probabilities(
        plan: TrainingPlan, transforms: [any Transform], preprocessing: Preprocessing,
        completed: (Int) -> Void = { _ in }, makeTrainer: () async throws -> Trainer
    ) async throws -> [[Double]] {
        var probabilities = [[Double]](repeating: [], count: source.count)
        for fold in 0..<folds {
            let (held, rest) = (parts.members(of: fold), parts.others(than: fold))
            let trainer = try await makeTrainer()
            let fit = try trainer.fit(
                source.subset(rest), transforms: transforms, preprocessing: preprocessing, plan: plan)
            for try await _ in fit {}
            let loader = try DataLoader(
                source.subset(held), transforms: [preprocessing], batchSize: min(plan.batchSize, held.count),
                order: EpochOrder(seed: 0, isShuffled: false))
            for try await batch in loader {
                let predictions = try await trainer.classifier.logits(batch.images)
                    .predictions(limit: source.classNames.count)
                for (index, prediction) in zip(batch.indices, predictions) {
                    var row = [Double](repeating: 0, count: source.classNames.count)
                    for one in prediction { row[one.index] = min(one.probability, 1) }
                    probabilities[held[index]] = row
                }
            }
            completed(fold + 1)
        }
        return probabilities
    }
}
