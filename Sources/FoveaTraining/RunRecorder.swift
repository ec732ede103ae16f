public import FoveaFormats
public import FoveaNN
import FoveaRuntime

/// Keeps a training run's folder up to date: the metrics of each epoch, the last weights and the best.
///
/// The best epoch has the highest validation accuracy, first among equals; without accuracies, the lowest validation
/// loss; and without validation data, the lowest training loss.
public struct RunRecorder: Sendable {
    public let folder: RunFolder
    /// The metrics of the best epoch so far.
    public private(set) var best: EpochMetrics?
    /// Number of epochs whose weights have been written.
    public private(set) var epochs = 0

    public init(_ folder: RunFolder) { self.folder = folder }

    /// Records an epoch, with the current weights.
    ///
    /// - Throws: ``FoveaError`` when the weights are not finite or a file cannot be written; existing files are then
    ///   unchanged.
    public mutating func record(_ metrics: EpochMetrics, of trainer: Trainer) async throws {
        try await record(metrics) { try await trainer.save(as: $0, in: $1) }
    }

    /// Records an epoch, with these weights.
    ///
    /// - Throws: as ``record(_:of:)``.
    public mutating func record(_ metrics: EpochMetrics, _ weights: Weights) async throws {
        try await record(metrics) { try $1.save(weights.tensors, as: $0) }
    }

    private mutating func record(
        _ metrics: EpochMetrics, save: (RunFolder.Weights, RunFolder) async throws -> Void
    ) async throws {
        try await save(.last, folder)
        epochs += 1
        if metrics.isBetter(than: best) {
            try await save(.best, folder)
            best = metrics
        }
        try folder.append(metrics)
    }
}

extension EpochMetrics {
    /// Whether an epoch is better than the best before it, as ``RunRecorder`` says; nil is worse than any.
    func isBetter(than best: EpochMetrics?) -> Bool {
        guard let best else { return true }
        if let accuracy = validationAccuracy, let bestAccuracy = best.validationAccuracy {
            return accuracy > bestAccuracy
        }
        if let loss = validationLoss, let bestLoss = best.validationLoss { return loss < bestLoss }
        if let loss = trainLoss, let bestLoss = best.trainLoss { return loss < bestLoss }
        return false
    }
}

extension Trainer {
    /// Writes the weights of the model that the training makes into a run folder: the averages where the rule keeps them.
    ///
    /// - Throws: as ``RunRecorder/record(_:of:)``.
    public func save(as weights: RunFolder.Weights, in folder: RunFolder) async throws {
        let types = Named(parameters.map { ($0.path, $0.type) })
        let names = Dictionary(
            uniqueKeysWithValues: try parameters.map { ($0.path, try stateName(ofModel: $0.path)) })
        try await states.reading { read in
            try folder.save(types, as: weights) { path in try read(names[path] ?? path) }
        }
    }
}
