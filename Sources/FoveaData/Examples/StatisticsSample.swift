import FoveaGraph

/// The examples that the statistics of a source are taken over.
public enum StatisticsSample: Hashable, Sendable {
    case everyExample
    /// `count` examples, one drawn from each of `count` intervals of equal length that cover the source; every example
    /// where there are no more. Over k images, the mean of a channel has the standard error of the images' means
    /// divided by √k: for photographs about 0.2 / √k, which is 0.006 for 1000.
    case drawn(count: Int, seed: UInt64)

    /// The indices of the sample, in rising order.
    func indices(of total: Int) -> [Int] {
        guard case .drawn(let count, let seed) = self, count < total else { return Array(0..<total) }
        let generator = CounterBasedGenerator(seed: seed, purpose: "statistics")
        let (length, longer) = total.quotientAndRemainder(dividingBy: max(1, count))
        return (0..<max(1, count)).map { interval in
            let start = interval * length + min(interval, longer)
            return start + Int(generator.uniform(at: interval) * Double(length + (interval < longer ? 1 : 0)))
        }
    }
}
