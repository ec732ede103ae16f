import FoveaGraph

/// The batches of one epoch, prepared in the background while the network computes.
///
/// Each batch is a pure function of the data set and the order, so that the batches are the same however many are
/// prepared at once. Each iteration goes through the whole epoch; one that is given up cancels what is being prepared.
public struct DataLoader: AsyncSequence, Sendable {
    public typealias Element = Batch

    public let dataset: Dataset
    public let preprocessing: Preprocessing
    public let batchSize: Int
    private let order: [Int]
    private let prefetch: Int
    /// The number of batches.
    public let count: Int

    /// - Parameters:
    ///   - order: the order of the images; that of `epoch` is taken.
    ///   - dropLast: leaves out the last batch when it is smaller than the others.
    ///   - prefetch: how many batches are prepared ahead, at least 1.
    /// - Throws: ``FoveaError`` when the batch size is less than 1, or leaves no batch.
    public init(
        _ dataset: Dataset, preprocessing: Preprocessing, batchSize: Int, order: EpochOrder, epoch: Int = 0,
        dropLast: Bool = false, prefetch: Int = 3
    ) throws {
        guard batchSize >= 1 else {
            throw FoveaError(
                .usage, "The batch size \(batchSize) is less than 1.", remedy: "Choose at least one image per batch.")
        }
        precondition(prefetch >= 1 && epoch >= 0, "a loader prepares at least one batch ahead, of an epoch from 0")
        let fullBatches = dataset.count / batchSize
        count = fullBatches + (dropLast || dataset.count % batchSize == 0 ? 0 : 1)
        guard count > 0 else {
            throw FoveaError(
                .usage, "A batch of \(batchSize) is larger than the \(dataset.count) images of `\(dataset.name)`.",
                remedy: "Choose a batch size of at most \(dataset.count).")
        }
        self.dataset = dataset
        self.preprocessing = preprocessing
        self.batchSize = batchSize
        self.prefetch = prefetch
        self.order = order.indices(count: dataset.count, epoch: epoch)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    private func indices(ofBatch number: Int) -> ArraySlice<Int> {
        order[number * batchSize..<Swift.min((number + 1) * batchSize, order.count)]
    }

    /// Hands out the batches in order.
    public struct Iterator: AsyncIteratorProtocol {
        private let loader: DataLoader
        private let ahead: BatchesAhead
        private var nextToStart = 0

        init(_ loader: DataLoader) {
            self.loader = loader
            ahead = BatchesAhead()
        }

        /// - Throws: ``FoveaError`` when the images do not fit the preprocessing; `CancellationError` when the task that
        ///   asks was cancelled.
        public mutating func next() async throws -> Batch? {
            try Task.checkCancellation()
            while ahead.tasks.count < loader.prefetch + 1, nextToStart < loader.count {
                let (loader, number) = (loader, nextToStart)
                ahead.tasks.append(
                    Task {
                        try Task.checkCancellation()
                        return try loader.dataset.batch(
                            loader.indices(ofBatch: number), preprocessing: loader.preprocessing)
                    })
                nextToStart += 1
            }
            guard !ahead.tasks.isEmpty else { return nil }
            return try await ahead.tasks.removeFirst().value
        }
    }

    /// The batches that are being prepared, in order. A class, so that the end of the iteration cancels them.
    private final class BatchesAhead {
        var tasks: [Task<Batch, any Error>] = []

        deinit { for task in tasks { task.cancel() } }
    }
}
