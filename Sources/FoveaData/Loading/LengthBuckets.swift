import FoveaGraph

extension EpochOrder {
    /// The number of batches whose examples are sorted by length together: enough for batches of like lengths, few enough that their
    /// company changes from epoch to epoch.
    private static let batchesPerPool = 16

    /// The same indices in an order whose batches have sequences of about the same length, a pure function of seed and epoch.
    ///
    /// Stretches of 16 batches are sorted by length, and then the batches are shuffled; one that is not full stays the last.
    func bucketed(_ indices: [Int], lengths: [Int], batchSize: Int, epoch: Int) -> [Int] {
        let pool = saturatingProduct(batchSize, Self.batchesPerPool)
        var sorted: [Int] = []
        sorted.reserveCapacity(indices.count)
        for start in stride(from: 0, to: indices.count, by: pool) {
            let end = min(indices.count, saturatingSum(start, pool))
            // Of equally long ones the order stays.
            sorted += (start..<end).sorted { first, second in
                (lengths[indices[first]], first) < (lengths[indices[second]], second)
            }.map { indices[$0] }
        }
        let full = indices.count / batchSize
        let order = CounterBasedGenerator(seed: seed, purpose: "buckets").derived(UInt64(epoch)).permutation(of: full)
        return order.flatMap { sorted[$0 * batchSize..<($0 + 1) * batchSize] } + sorted[(full * batchSize)...]
    }
}
