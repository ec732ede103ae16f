/// Whether one of two networks is right more often than the other, from the same examples: of those that only one gets right,
/// each would be the first's or the second's with equal chance if neither were better.
///
/// With b and c such examples, p = min(1, 2 · P(X ≥ max(b, c))), X ~ Binomial(b + c, 1/2): exact, two-sided, without mid-p.
/// 1 where b + c = 0.
///
/// Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
/// Psychometrika 1947.
public struct McNemarTest: Hashable, Sendable {
    /// The number of examples that only the first gets right.
    public let onlyFirst: Int
    /// The number of examples that only the second gets right.
    public let onlySecond: Int
    /// The chance of so large a difference, or a larger one, if neither were better.
    public let pValue: Double

    public init(onlyFirst: Int, onlySecond: Int) {
        (self.onlyFirst, self.onlySecond) = (onlyFirst, onlySecond)
        let count = onlyFirst + onlySecond
        let tail = BinomialDistribution(upToTrials: count)
            .upperTail(max(onlyFirst, onlySecond), of: count, probability: 0.5)
        pValue = min(1, 2 * tail)
    }
}

extension [Double] {
    /// The p-values of several tests, each raised so that the chance of any false finding stays below the level that they are
    /// compared with: of m values in rising order, the k-th times m − k + 1, at least as large as those before it, at most 1.
    ///
    /// Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979.
    var holmAdjusted: [Double] {
        var adjusted = self
        var largest = 0.0
        for (rank, index) in indices.sorted(by: { self[$0] < self[$1] }).enumerated() {
            largest = Swift.max(largest, Swift.min(1, Double(count - rank) * self[index]))
            adjusted[index] = largest
        }
        return adjusted
    }
}
