import FoveaFoundation
import FoveaGraph

/// The batches of one epoch, prepared on threads of the loader while the network computes.
///
/// Each batch is a pure function of source, transforms, order and epoch: the same for any number of workers. Each
/// iteration covers the whole epoch. Its threads start when it is made, and end with it. An error replaces the batch
/// that it belongs to and ends the iteration; the batches before it are the same as without it.
public struct DataLoader: AsyncSequence, Sendable {
    public typealias Element = Batch

    public let batchSize: Int
    /// The number of batches.
    public let count: Int
    private let assembly: BatchAssembly
    private let mixing: BatchMixing?
    /// The generator of the epoch's mixing, from which each batch's is derived.
    private let mixingGenerator: CounterBasedGenerator
    private let skipping: Int
    private let order: [Int]
    private let limits: LoadingLimits
    private let workers: Int
    private let expectedByteCount: Int

    /// - Parameters:
    ///   - transforms: applied to each example, in order; standardization costs least where it comes last.
    ///   - order: the order of the examples, for the given `epoch`. Its seed also draws the transforms' random numbers.
    ///   - skipping: number of batches at the beginning of the epoch to leave out, because they have been seen.
    ///   - dropLast: leaves out the last batch when it is smaller than the others.
    ///   - bucketing: whether batches have sequences of about the same length, where the source knows their lengths and the order is
    ///     shuffled.
    ///   - mixing: mixes each batch; what it draws depends on seed, epoch and the batch's number.
    ///   - workers: number of threads; by default one for each processor that the process may use, up to 8.
    ///   - limits: bounds on the batches prepared ahead.
    ///   - examples: the indices that the epoch is restricted to; by default all.
    ///   - randomKeys: a number for each example of the source, by which transforms draw instead of by its index.
    /// - Throws: ``FoveaError`` when the batch size or the number of workers is less than 1, or no batch is left.
    public init(
        _ source: any ExampleSource, transforms: [any Transform] = [], batchSize: Int, order: EpochOrder,
        epoch: Int = 0, skipping: Int = 0, dropLast: Bool = false, bucketing: Bool = false, mixing: BatchMixing? = nil,
        workers: Int? = nil, limits: LoadingLimits = LoadingLimits(), failures: Failures = .thrown,
        examples: Set<Int>? = nil, randomKeys: [UInt64]? = nil
    ) throws {
        guard batchSize >= 1 else {
            throw FoveaError(
                .usage, "The batch size \(batchSize) is less than 1.", remedy: "Choose at least one example per batch.")
        }
        guard (1...1024).contains(workers ?? 1) else {
            throw FoveaError(
                .usage, "\(workers ?? 0) workers cannot load data.",
                remedy: "Use 1 to 1024, or leave it to the default.")
        }
        precondition(epoch >= 0, "epochs count from 0")
        precondition(randomKeys.map { $0.count == source.count } ?? true, "a key for each example")
        var indices = order.indices(count: source.count, epoch: epoch).filter { examples?.contains($0) ?? true }
        if bucketing, order.isShuffled, let lengths = (source as? any SequenceSource)?.knownLengths {
            indices = order.bucketed(indices, lengths: lengths, batchSize: batchSize, epoch: epoch)
        }
        let batches = indices.count / batchSize + (dropLast || indices.count % batchSize == 0 ? 0 : 1)
        guard batches > 0 else {
            throw FoveaError(
                .usage, "A batch of \(batchSize) is larger than the \(indices.count) examples of `\(source.name)`.",
                remedy: "Choose a batch size of at most \(indices.count).")
        }
        guard (0...batches).contains(skipping) else {
            throw FoveaError(
                .usage, "\(skipping) batches cannot be skipped: an epoch has \(batches).",
                remedy: "Use the data and the batch size that the training began with.")
        }
        count = batches - skipping
        self.batchSize = batchSize
        self.limits = limits
        self.workers = Swift.max(1, Swift.min(workers ?? Swift.min(8, usableProcessors()), limits.batches, count))
        self.order = Array(indices.dropFirst(skipping * batchSize))
        (self.mixing, self.skipping) = (mixing, skipping)
        mixingGenerator = CounterBasedGenerator(seed: order.seed, purpose: "mixing").derived(UInt64(epoch))
        assembly = BatchAssembly(
            source, transforms: transforms, seed: order.seed, epoch: epoch, failures: failures, randomKeys: randomKeys)
        let standardized = (transforms.last as? Preprocessing)?.inputType.byteCount ?? 0
        expectedByteCount = saturatingProduct(standardized, batchSize)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    /// - Parameter number: counts the batches that are not skipped, from 0.
    private func batch(_ number: Int, check: () throws -> Void) throws -> Batch {
        let indices = order[number * batchSize..<Swift.min((number + 1) * batchSize, order.count)]
        let batch = try assembly.batch(indices, check: check)
        guard let mixing, !batch.indices.isEmpty else { return batch }
        return try mixing.mixed(batch, random: mixingGenerator.derived(UInt64(skipping + number)))
    }

    /// Hands out the batches in order.
    public struct Iterator: AsyncIteratorProtocol {
        private let work: Work
        private let sourceName: String
        /// The types of an example in earlier batches.
        private var types: [String: TensorType]?

        init(_ loader: DataLoader) {
            sourceName = loader.assembly.source.name
            let state = LoadingState<Batch>(
                count: loader.count, limits: loader.limits, expectedByteCount: loader.expectedByteCount)
            work = Work(
                LoadingThreads(state, threads: loader.workers) { number, check in
                    try loader.batch(number, check: check)
                })
        }

        /// - Throws: ``FoveaError`` that names the example that cannot be read, or differs in type from those before
        ///   it; `CancellationError` when the calling task was cancelled.
        public mutating func next() async throws -> Batch? {
            try Task.checkCancellation()
            guard let batch = try await work.threads.next() else {
                work.threads.stop()
                return nil
            }
            guard let first = batch.indices.first else { return batch }
            let types = batch.values.mapValues {
                TensorType(Shape(Array($0.shape.dimensions.dropFirst())), $0.dataType)
            }
            if let before = self.types, before != types {
                work.threads.stop()
                throw typeChange(from: before, to: types).located(at: .example(first, of: sourceName))
            }
            self.types = types
            return batch
        }
    }

    /// The threads of an iteration. A class, so that the end of the iteration ends them.
    private final class Work {
        let threads: LoadingThreads

        init(_ threads: LoadingThreads) {
            self.threads = threads
            threads.start()
        }

        deinit { threads.stop() }
    }
}
