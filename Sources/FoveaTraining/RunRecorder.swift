public import FoveaFormats
import FoveaNN
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
        try await trainer.save(as: .last, in: folder)
        epochs += 1
        if isBest(metrics) {
            try await trainer.save(as: .best, in: folder)
            best = metrics
        }
        try folder.append(metrics)
    }

    private func isBest(_ metrics: EpochMetrics) -> Bool {
        guard let best else { return true }
        if let accuracy = metrics.validationAccuracy, let bestAccuracy = best.validationAccuracy {
            return accuracy > bestAccuracy
        }
        if let loss = metrics.validationLoss, let bestLoss = best.validationLoss { return loss < bestLoss }
        if let loss = metrics.trainLoss, let bestLoss = best.trainLoss { return loss < bestLoss }
        return false
    }
}

extension Trainer {
    /// Writes the current weights into a run folder.
    ///
    /// - Throws: as ``RunRecorder/record(_:of:)``.
    public func save(as weights: RunFolder.Weights, in folder: RunFolder) async throws {
        let types = Named(parameters.map { ($0.path, $0.type) })
        try await states.reading { read in try folder.save(types, as: weights, reading: read) }
    }
}
