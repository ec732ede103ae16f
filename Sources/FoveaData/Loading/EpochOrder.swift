import FoveaGraph

/// The order in which an epoch visits a data set: a pure function of (seed, epoch), so that a resumed run sees the
/// images in the same order as an uninterrupted one.
public struct EpochOrder: Hashable, Sendable {
    public let seed: UInt64
    /// False for the data set's own order, the same in every epoch.
    public let isShuffled: Bool

    public init(seed: UInt64, isShuffled: Bool = true) {
        self.seed = seed
        self.isShuffled = isShuffled
    }

    /// The indices 0..<count, each once.
    public func indices(count: Int, epoch: Int) -> [Int] {
        guard isShuffled else { return Array(0..<count) }
        return CounterBasedGenerator(seed: seed, purpose: "shuffle").derived(UInt64(epoch)).permutation(of: count)
    }
}

extension CounterBasedGenerator {
    /// A random order of 0..<count (Fisher and Yates, in Durstenfeld's form).
    func permutation(of count: Int) -> [Int] {
        var stream = stream
        return stream.permutation(of: count)
    }
}
