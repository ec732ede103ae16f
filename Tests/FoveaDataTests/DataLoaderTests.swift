import FoveaData
import FoveaGraph
import Testing

@Suite("Data loader")
struct DataLoaderTests {
    private let dataset: Dataset
    private let preprocessing: Preprocessing

    init() throws {
        dataset = try Dataset(
            name: "counting", classNames: ["even", "odd"], labels: (0..<103).map { Int32($0 % 2) },
            pixels: (0..<103).map { UInt8($0) }, channels: 1, height: 1, width: 1)
        preprocessing = try Preprocessing(fittedTo: dataset)
    }

    private func batches(prefetch: Int = 3, dropLast: Bool = false, epoch: Int = 2) async throws -> [Batch] {
        let loader = try DataLoader(
            dataset, preprocessing: preprocessing, batchSize: 10, order: EpochOrder(seed: 1), epoch: epoch,
            dropLast: dropLast, prefetch: prefetch)
        var batches: [Batch] = []
        for try await batch in loader { batches.append(batch) }
        #expect(batches.count == loader.count)
        return batches
    }

    @Test("an epoch has every image once, in the epoch's order, the last batch being smaller")
    func everyImageOnce() async throws {
        let batches = try await batches()
        #expect(batches.flatMap(\.indices) == EpochOrder(seed: 1).indices(count: 103, epoch: 2))
        #expect(batches.map(\.indices.count) == Array(repeating: 10, count: 10) + [3])
        #expect(try batches.allSatisfy { try $0.images.shape == [$0.indices.count, 1, 1, 1] })
        for batch in batches {
            #expect(try batch.labels == Tensor(integers: batch.indices.map { Int32($0 % 2) }))
        }
    }

    @Test("the batches are the same however many are prepared ahead", arguments: [1, 2, 8, 100])
    func prefetchChangesNothing(prefetch: Int) async throws {
        let expected = try await batches(prefetch: 3)
        let found = try await batches(prefetch: prefetch)
        #expect(try found.map { try $0.images } == expected.map { try $0.images })
        #expect(try found.map { try $0.labels } == expected.map { try $0.labels })
    }

    @Test("the smaller last batch can be left out")
    func dropLast() async throws {
        #expect(try await batches(dropLast: true).map(\.indices.count) == Array(repeating: 10, count: 10))
    }

    @Test("a loader can be gone through again")
    func again() async throws {
        let loader = try DataLoader(
            dataset, preprocessing: preprocessing, batchSize: 50, order: EpochOrder(seed: 1))
        var sizes: [Int] = []
        for _ in 0..<2 { for try await batch in loader { sizes.append(batch.indices.count) } }
        #expect(sizes == [50, 50, 3, 50, 50, 3])
    }

    @Test("a cancelled task gets no more batches")
    func cancelled() async throws {
        let loader = try DataLoader(
            dataset, preprocessing: preprocessing, batchSize: 1, order: EpochOrder(seed: 1))
        let task = Task {
            // Safe: the task is used only within the closure.
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            for try await _ in loader { return }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("images that do not fit the model are an error of the first batch")
    func otherSize() async throws {
        let larger = try Preprocessing(channels: 1, height: 2, width: 2, mean: [0], standardDeviation: [1])
        let loader = try DataLoader(dataset, preprocessing: larger, batchSize: 1, order: EpochOrder(seed: 1))
        var iterator = loader.makeAsyncIterator()
        await #expect(throws: FoveaError.self) { try await iterator.next() }
    }

    @Test("a batch size that leaves no batch is an error", arguments: [0, -1, 104])
    func wrongBatchSize(size: Int) {
        let error = #expect(throws: FoveaError.self) {
            try DataLoader(
                dataset, preprocessing: preprocessing, batchSize: size, order: EpochOrder(seed: 1), dropLast: true)
        }
        #expect(error?.code == .usage)
    }
}
