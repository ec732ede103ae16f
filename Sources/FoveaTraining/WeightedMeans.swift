public import FoveaNN

/// Means of named numbers over examples, computed from the means of batches.
public struct WeightedMeans: Hashable, Sendable {
    /// Sum over the batches of mean times number of examples.
    public private(set) var sums: Named<Double>
    /// The number of examples.
    public private(set) var count: Int

    public init(sums: Named<Double> = [:], count: Int = 0) {
        self.sums = sums
        self.count = count
    }

    /// - Parameters:
    ///   - means: the same names in each batch.
    ///   - count: the number of examples that they are the means of.
    public mutating func add(_ means: Named<Double>, count: Int) {
        for (name, mean) in means { sums.set(name, to: ((try? sums[name]) ?? 0) + mean * Double(count)) }
        self.count += count
    }

    /// Sum / count of each.
    public var values: Named<Double> { sums.mapValues { $0 / Double(max(1, count)) } }
}
