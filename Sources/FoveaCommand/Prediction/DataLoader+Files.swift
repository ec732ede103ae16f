import FoveaData
import FoveaFoundation
import FoveaGraph

extension DataLoader {
    /// Image files as batches for a network, of which as many are prepared at a time as keep all threads busy; files that
    /// cannot be read are kept as failures.
    init(files paths: [String], for preprocessing: Preprocessing, limits: ImageLimits) throws {
        // Large images fill the memory with smaller batches.
        let mostFitting = Swift.max(1, (256 << 20) / preprocessing.inputType.byteCount)
        // A thread reads a batch; few images are shared out among the threads.
        let share = Swift.max(8, (paths.count + usableProcessors() - 1) / usableProcessors())
        try self.init(
            ImageFileSource(paths, channels: preprocessing.channels, limits: limits),
            transforms: preprocessing.transformsOfFiles, batchSize: Swift.min(64, mostFitting, share),
            order: EpochOrder(seed: 0, isShuffled: false), limits: LoadingLimits(batches: 2), failures: .kept)
    }
}
