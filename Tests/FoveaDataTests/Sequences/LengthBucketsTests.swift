import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Batches of sequences of like lengths")
struct LengthBucketsTests {
    private func set(_ count: Int) throws -> SequenceSet {
        let lengths = (0..<count).map { 1 + $0 * 7 % 23 }
        return try SequenceSet(
            name: "s", lengths: lengths, steps: .tokens(Array(repeating: 1, count: lengths.reduce(0, +))))
    }

    private func batches(
        of set: SequenceSet, bucketing: Bool = true, epoch: Int = 0, skipping: Int = 0, workers: Int? = nil,
        seed: UInt64 = 5
    ) async throws -> [[Int]] {
        let loader = try DataLoader(
            set, transforms: [try SequencePreparation(fittedTo: set)], batchSize: 8, order: EpochOrder(seed: seed),
            epoch: epoch, skipping: skipping, bucketing: bucketing, workers: workers)
        var batches: [[Int]] = []
        for try await batch in loader { batches.append(batch.indices) }
        return batches
    }

    @Test("have all examples once, in lengths that differ less, the incomplete one last")
    func lengths() async throws {
        let set = try set(403)
        let (plain, bucketed) = (try await batches(of: set, bucketing: false), try await batches(of: set))
        #expect(bucketed.flatMap(\.self).sorted() == Array(0..<403) && bucketed.map(\.count) == plain.map(\.count))
        func spread(_ batches: [[Int]]) -> Int {
            batches.reduce(0) { sum, batch in
                let lengths = batch.map { set.lengths[$0] }
                return sum + (lengths.max() ?? 0) - (lengths.min() ?? 0)
            }
        }
        #expect(spread(bucketed) * 4 < spread(plain), "\(spread(bucketed)) of \(spread(plain))")
        // The batches do not rise in length.
        let longest = bucketed.map { batch in batch.map { set.lengths[$0] }.max() ?? 0 }
        #expect(longest.dropLast() != longest.dropLast().sorted()[...])
    }

    @Test("depend on seed and epoch alone: not on workers, nor on where a training goes on")
    func determinism() async throws {
        let set = try set(403)
        let whole = try await batches(of: set, epoch: 3, workers: 1)
        #expect(try await batches(of: set, epoch: 3, workers: 4) == whole)
        #expect(try await batches(of: set, epoch: 3, skipping: 17) == Array(whole.dropFirst(17)))
        #expect(try await batches(of: set, epoch: 4) != whole)
        #expect(try await batches(of: set, epoch: 3, seed: 6) != whole)
        let sets = whole.map(Set.init)
        let next = try await batches(of: set, epoch: 4).map(Set.init)
        #expect(sets.filter(next.contains).count < 5)
    }

    @Test("fewer examples than a batch stay as they are but for their order")
    func few() async throws {
        #expect(try await batches(of: set(5)).map { $0.sorted() } == [[0, 1, 2, 3, 4]])
    }
}
