import FoveaGraph

/// The order in which an epoch visits a data set: a pure function of (seed, epoch), so that a resumed run sees the
/// images in the same order as an uninterrupted one.
public struct EpochOrder: Hashable, Sendable {
    public let seed: UInt64
    /// False for the data set's own order, the same in every epoch.
    public let isShuffled: Bool
    /// The part of each epoch that one of several processes visits.
    public let shard: Shard

    public init(seed: UInt64, isShuffled: Bool = true, shard: Shard = .whole) {
        self.seed = seed
        self.isShuffled = isShuffled
        self.shard = shard
    }

    /// The indices of 0..<count that the shard visits, each once; all of them where it is the only one.
    ///
    /// All shards are equally long, so that processes that wait for each other make the same number of steps: up to
    /// `shard.count − 1` examples of each epoch are left out, others in each epoch of a shuffled order.
    public func indices(count: Int, epoch: Int) -> [Int] {
        let order =
            isShuffled
            ? CounterBasedGenerator(seed: seed, purpose: "shuffle").derived(UInt64(epoch)).permutation(of: count)
            : Array(0..<count)
        guard shard != .whole else { return order }
        return (0..<count / shard.count).map { order[$0 * shard.count + shard.rank] }
    }
}

extension CounterBasedGenerator {
    /// A random order of 0..<count (Fisher and Yates, in Durstenfeld's form).
    func permutation(of count: Int) -> [Int] {
        var stream = stream
        return stream.permutation(of: count)
    }
}
