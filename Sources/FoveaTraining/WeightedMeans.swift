import FoveaNN

/// Means of named numbers over examples, of which batches give their means.
struct WeightedMeans {
    private var sums: Named<Double> = [:]
    private var count = 0

    /// - Parameters:
    ///   - means: the same names in each batch.
    ///   - count: the number of examples that they are the means of.
    mutating func add(_ means: Named<Double>, count: Int) {
        for (name, mean) in means { sums.set(name, to: ((try? sums[name]) ?? 0) + mean * Double(count)) }
        self.count += count
    }

    var values: Named<Double> { sums.mapValues { $0 / Double(max(1, count)) } }
}
