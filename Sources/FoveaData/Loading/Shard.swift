import FoveaGraph

/// The part of the data that one of several processes reads: every `count`-th example from number `rank` on.
public struct Shard: Hashable, Sendable {
    /// From 0.
    public let rank: Int
    /// The number of processes.
    public let count: Int

    /// All of the data.
    public static let whole = Shard(validRank: 0, of: 1)

    /// - Throws: ``FoveaError`` when there is no such process.
    public init(rank: Int, of count: Int) throws {
        guard count >= 1, 0..<count ~= rank else {
            throw FoveaError(
                .usage, "There is no shard \(rank) of \(count).",
                remedy: "Count the processes from 0 to below their number.")
        }
        self.init(validRank: rank, of: count)
    }

    private init(validRank rank: Int, of count: Int) { (self.rank, self.count) = (rank, count) }
}
