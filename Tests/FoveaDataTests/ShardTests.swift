import FoveaData
import FoveaGraph
import Testing

@Suite("Shard")
struct ShardTests {
    @Test("shards of an epoch are equally long and share no example", arguments: [1, 2, 3, 7])
    func parts(count: Int) throws {
        for isShuffled in [true, false] {
            let shards = try (0..<count).map { rank in
                EpochOrder(seed: 5, isShuffled: isShuffled, shard: try Shard(rank: rank, of: count))
                    .indices(count: 20, epoch: 2)
            }
            #expect(shards.allSatisfy { $0.count == 20 / count })
            let all = shards.flatMap(\.self)
            #expect(Set(all).count == all.count && all.allSatisfy { 0..<20 ~= $0 })
            // Taken in turn, they are the order of a single process.
            let whole = EpochOrder(seed: 5, isShuffled: isShuffled).indices(count: 20, epoch: 2)
            let inTurn = (0..<20 / count).flatMap { step in shards.map { $0[step] } }
            #expect(inTurn == Array(whole.prefix(inTurn.count)))
        }
    }

    @Test("a loader gives the batches of its shard")
    func loader() async throws {
        let order = EpochOrder(seed: 1, isShuffled: false, shard: try Shard(rank: 1, of: 3))
        var indices: [[Int]] = []
        for try await batch in try DataLoader(GeneratedSource(count: 20), batchSize: 4, order: order) {
            indices.append(batch.indices)
        }
        #expect(indices == [[1, 4, 7, 10], [13, 16]])
    }

    @Test("there is no shard outside", arguments: [(0, 0), (2, 2), (-1, 3)])
    func outside(rank: Int, count: Int) {
        let error = #expect(throws: FoveaError.self) { try Shard(rank: rank, of: count) }
        #expect(error?.problem == "There is no shard \(rank) of \(count).")
    }
}
