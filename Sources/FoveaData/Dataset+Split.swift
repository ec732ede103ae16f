import FoveaGraph

extension Dataset {
    /// Cuts off a part for validation: the same fraction of every class, rounded, drawn at random. Both parts keep the
    /// images' order. The same seed gives the same parts.
    ///
    /// - Parameter validationFraction: greater than 0, less than 1.
    /// - Throws: ``FoveaError`` when the fraction is not, or when a part would have no image.
    public func split(validationFraction: Double, seed: UInt64) throws -> (training: Dataset, validation: Dataset) {
        guard validationFraction > 0, validationFraction < 1 else {
            throw FoveaError(
                .usage, "A validation part of \(validationFraction) is not a fraction between 0 and 1.",
                remedy: "Use for example 0.2, every fifth image.")
        }
        var membersOfClass = [[Int]](repeating: [], count: classNames.count)
        for (index, label) in labels.enumerated() { membersOfClass[Int(label)].append(index) }
        let generator = CounterBasedGenerator(seed: seed, purpose: "split")
        var chosen: Set<Int> = []
        for (label, members) in membersOfClass.enumerated() {
            let share = Int((Double(members.count) * validationFraction).rounded())
            let order = generator.derived(UInt64(label)).permutation(of: members.count)
            chosen.formUnion(order.prefix(share).map { members[$0] })
        }
        guard !chosen.isEmpty, chosen.count < count else {
            throw FoveaError(
                .usage,
                "A validation part of \(validationFraction) of the \(count) images of `\(name)` leaves a part empty.",
                remedy: "Choose another fraction, or use more images.")
        }
        return (
            subset(labels.indices.filter { !chosen.contains($0) }),
            subset(labels.indices.filter { chosen.contains($0) })
        )
    }
}
