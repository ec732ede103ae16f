import FoveaData
import FoveaGraph
import Synchronization
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

    private func batches(
        ahead: Int = 3, workers: Int? = nil, dropLast: Bool = false, epoch: Int = 2
    ) async throws -> [Batch] {
        let loader = try DataLoader(
            dataset, transforms: [preprocessing], batchSize: 10, order: EpochOrder(seed: 1), epoch: epoch,
            dropLast: dropLast, workers: workers, limits: LoadingLimits(batches: ahead))
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

    @Test(
        "the batches are the same however many are prepared ahead, by any number of workers",
        arguments: [(1, 1), (2, 7), (8, 2), (100, 7)])
    func workersChangeNothing(ahead: Int, workers: Int) async throws {
        let expected = try await batches(workers: 1)
        let found = try await batches(ahead: ahead, workers: workers)
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
            dataset, transforms: [preprocessing], batchSize: 50, order: EpochOrder(seed: 1))
        var sizes: [Int] = []
        for _ in 0..<2 { for try await batch in loader { sizes.append(batch.indices.count) } }
        #expect(sizes == [50, 50, 3, 50, 50, 3])
    }

    @Test("a cancelled task gets no more batches")
    func cancelled() async throws {
        let loader = try DataLoader(
            dataset, transforms: [preprocessing], batchSize: 1, order: EpochOrder(seed: 1))
        let task = Task {
            // Safe: the task is used only within the closure.
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            for try await _ in loader { return }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test("images that do not fit the model are an error of the first batch that names the example")
    func otherSize() async throws {
        let larger = try Preprocessing(channels: 1, height: 2, width: 2, mean: [0], standardDeviation: [1])
        let order = EpochOrder(seed: 1)
        let loader = try DataLoader(dataset, transforms: [larger], batchSize: 1, order: order)
        var iterator = loader.makeAsyncIterator()
        let error = await #expect(throws: FoveaError.self) { try await iterator.next() }
        let first = order.indices(count: 103, epoch: 0)[0]
        #expect(
            error?.problem
                == "example \(first) of `counting`: The image is 1×1×1, the model was made for 1×2×2.")
        #expect(error?.place == [.example(first, of: "counting")])
    }

    /// The sizes of the batches in order, and the error at the end.
    private func outcome(
        _ source: any ExampleSource, batchSize: Int = 10, failures: Failures = .thrown
    ) async throws -> (batches: [Batch], error: FoveaError?) {
        let loader = try DataLoader(
            source, batchSize: batchSize, order: EpochOrder(seed: 0, isShuffled: false), workers: 3, failures: failures)
        var batches: [Batch] = []
        do {
            for try await batch in loader { batches.append(batch) }
            return (batches, nil)
        } catch let error as FoveaError {
            return (batches, error)
        }
    }

    @Test("a source that throws in the middle of an epoch: the batches before stand, and the example is named")
    func throwing() async throws {
        for broken in [0, 37, 99] {
            let (batches, error) = try await outcome(GeneratedSource(count: 100).breaking(at: [broken, broken + 1]))
            #expect(batches.flatMap(\.indices) == Array(0..<broken / 10 * 10))
            #expect(error?.problem == "example \(broken) of `generated`: the disk is gone")
        }
    }

    @Test("examples that change type within a batch, or from batch to batch, are an error that says how")
    func changing() async throws {
        for grown in [37, 30] {
            let (batches, error) = try await outcome(GeneratedSource(count: 100).growing(at: Set(grown..<100)))
            #expect(batches.count == 3)
            #expect(
                error?.problem
                    == "example \(grown) of `generated`: Its type differs: `images` is u8[1×2×1] here and u8[1×1×1] in the "
                    + "examples before it.")
        }
        let (batches, error) = try await outcome(GeneratedSource(count: 100).without(labels: [45]))
        #expect(batches.count == 4)
        #expect(error?.problem.contains("`labels` is missing here and i32[] in the examples before it") == true)
    }

    @Test("failures that are kept leave the others in their batch, in order, and say which and why")
    func kept() async throws {
        let source = GeneratedSource(count: 30).breaking(at: [3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
        let (batches, error) = try await outcome(source, failures: .kept)
        #expect(error == nil)
        #expect(batches.map(\.indices) == [[0, 1, 2, 5, 6, 7, 8, 9], [], Array(20..<30)])
        #expect(batches.map { $0.failures.map(\.index) } == [[3, 4], Array(10..<20), []])
        #expect(batches[0].failures[0].error.problem == "example 3 of `generated`: the disk is gone")
        #expect(try batches[0].images.shape == [8, 1, 1, 1])
    }

    /// Says when nobody holds it any more.
    private final class Token: Sendable {
        private let ended: AsyncStream<Void>.Continuation

        init(_ ended: AsyncStream<Void>.Continuation) { self.ended = ended }

        deinit { ended.finish() }
    }

    private final class Reads: Sendable {
        let count = Mutex(0)
    }

    private struct Held: ExampleSource {
        let name = "held"
        let count = 100_000
        let token: Token
        let reads: Reads

        func example(at index: Int) -> Example {
            reads.count.withLock { $0 += 1 }
            return Example(label: 0)
        }
    }

    @Test("an iteration that is given up ends its threads, which have read no more than they may be ahead")
    func givenUp() async throws {
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        let reads = Reads()
        func takeOne() async throws {
            let loader = try DataLoader(
                Held(token: Token(continuation), reads: reads), batchSize: 5, order: EpochOrder(seed: 1), workers: 3,
                limits: LoadingLimits(batches: 3))
            var iterator = loader.makeAsyncIterator()
            #expect(try await iterator.next()?.indices.count == 5)
        }
        try await takeOne()
        // Ends when the last thread has let go of the source.
        for await _ in ended {}
        #expect(reads.count.withLock { $0 } <= 20)
    }

    @Test(
        "a batch size that leaves no batch, and a number of workers that makes no sense, are errors",
        arguments: [
            (0, nil, "The batch size 0 is less than 1."), (-1, nil, "The batch size -1 is less than 1."),
            (104, nil, "A batch of 104 is larger than the 103 examples of `counting`."),
            (1, 0, "0 workers cannot load data."), (1, 2000, "2000 workers cannot load data."),
        ] as [(Int, Int?, String)])
    func wrongNumbers(size: Int, workers: Int?, problem: String) {
        let error = #expect(throws: FoveaError.self) {
            try DataLoader(
                dataset, batchSize: size, order: EpochOrder(seed: 1), dropLast: true, workers: workers)
        }
        #expect(error?.code == .usage && error?.problem == problem)
    }
}
