public import FoveaFormats
public import FoveaNN

/// Keeps a training run's folder up to date: the metrics of each epoch, the last weights and the best.
///
/// The best epoch is the one with the highest validation accuracy, and of equals the first; where no accuracy is measured, the
/// one with the lowest validation loss; and without validation data the one with the lowest training loss.
public struct RunRecorder: Sendable {
    public let folder: RunFolder
    /// The metrics of the best epoch so far.
    public private(set) var best: EpochMetrics?
    /// How many epochs have left something in the folder.
    public private(set) var epochs = 0

    public init(_ folder: RunFolder) { self.folder = folder }

    /// Records an epoch.
    ///
    /// - Throws: ``FoveaError`` when the weights are not finite or a file cannot be written; the files that were there are
    ///   then as they were.
    public mutating func record(_ metrics: EpochMetrics, weights: Weights) throws {
        try folder.save(weights.tensors, as: .last)
        epochs += 1
        if isBest(metrics) {
            try folder.save(weights.tensors, as: .best)
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
