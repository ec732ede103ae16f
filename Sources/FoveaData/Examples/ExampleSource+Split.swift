import FoveaFoundation
import FoveaGraph

extension ExampleSource {
    /// Cuts off a part for validation: the same fraction of every class, rounded, drawn at random. Both parts keep the
    /// examples' order. The same seed gives the same parts.
    ///
    /// Of windows of one long series it is the last ones (``SequenceSource/stretches``).
    ///
    /// - Parameter validationFraction: greater than 0, less than 1.
    /// - Throws: ``FoveaError`` when the fraction is not, when a part would have no example, or when an example has no
    ///   label.
    public func split(
        validationFraction: Double, seed: UInt64
    ) throws -> (training: any ExampleSource, validation: any ExampleSource) {
        let training: [Int]
        let validation: [Int]
        if let stretches = (self as? any SequenceSource)?.stretches {
            try Self.check(fraction: validationFraction)
            let parts = stretches.parts(validation: validationFraction, test: 0)
            (training, validation) = (parts.indices(of: .training), parts.indices(of: .validation))
        } else {
            let isChosen = try chosen(fraction: validationFraction, seed: seed)
            training = isChosen.indices.filter { !isChosen[$0] }
            validation = isChosen.indices.filter { isChosen[$0] }
        }
        guard !training.isEmpty, !validation.isEmpty else {
            throw FoveaError(
                .usage,
                "A validation fraction of \(validationFraction) of the \(count) examples of `\(name)` leaves a part empty.",
                remedy: "Choose another fraction, or use more examples.")
        }
        return (ExampleSubset(self, at: training), ExampleSubset(self, at: validation))
    }
}

extension ExampleSource {
    /// The part of each example, when the same fractions of every class are cut off, drawn at random. Windows of one long series are
    /// divided by time instead, first training, then validation, then test; nil for those that reach from one part into another.
    ///
    /// The validation part is the one of ``split(validationFraction:seed:)``; the test part comes out of the rest.
    ///
    /// - Parameters:
    ///   - validation: the fraction for validation; 0 for none.
    ///   - test: the fraction for testing, of all examples.
    /// - Throws: ``FoveaError`` when the fractions make no sense, when a part would have no example, or when an example has no
    ///   label.
    package func parts(validation: Double, test: Double, seed: UInt64) throws -> [DataPart?] {
        guard validation >= 0, test >= 0, validation + test < 1 else {
            throw FoveaError(
                .usage, "Fractions of \(validation) and \(test) leave nothing to train on.",
                remedy: "Use for example 0.2 and 0.1.")
        }
        let parts =
            try (self as? any SequenceSource)?.stretches?.parts(validation: validation, test: test)
            ?? drawnParts(validation: validation, test: test, seed: seed)
        for part in [DataPart.training] + (validation > 0 ? [.validation] : []) + (test > 0 ? [.test] : [])
        where !parts.contains(part) {
            throw FoveaError(
                .usage, "The \(count) examples of `\(name)` leave the part `\(part.rawValue)` empty.",
                remedy: "Choose other fractions, or use more examples.")
        }
        return parts
    }

    private func drawnParts(validation: Double, test: Double, seed: UInt64) throws -> [DataPart?] {
        var parts = [DataPart?](repeating: .training, count: count)
        if validation > 0 {
            for (index, isChosen) in try chosen(fraction: validation, seed: seed).enumerated() where isChosen {
                parts[index] = .validation
            }
        }
        if test > 0 {
            let rest = parts.indices.filter { parts[$0] == .training }
            let chosen = try subset(rest).chosen(
                fraction: test / (1 - validation), seed: seed, purpose: "split.test")
            for (index, isChosen) in zip(rest, chosen) where isChosen { parts[index] = .test }
        }
        return parts
    }

    /// For each example, whether ``split(validationFraction:seed:)`` takes it.
    ///
    /// Examples that belong together (``SequenceSource/groups``) are taken together, as one of the class of the first.
    ///
    /// - Throws: ``FoveaError`` when the fraction is not greater than 0 and less than 1, or when an example has no label.
    func chosen(fraction: Double, seed: UInt64, purpose: String = "split") throws -> [Bool] {
        try Self.check(fraction: fraction)
        let first = firstOfGroup
        var membersOfClass: [Int32: [Int]] = [:]
        for (index, label) in try strata().enumerated() where first.map({ $0[index] == index }) ?? true {
            membersOfClass[label, default: []].append(index)
        }
        let generator = CounterBasedGenerator(seed: seed, purpose: purpose)
        var isChosen = [Bool](repeating: false, count: count)
        for (label, members) in membersOfClass {
            let share = Int((Double(members.count) * fraction).rounded())
            let order = generator.derived(UInt64(truncatingIfNeeded: label)).permutation(of: members.count)
            for position in order.prefix(share) { isChosen[members[position]] = true }
        }
        return first.map { first in isChosen.indices.map { isChosen[first[$0]] } } ?? isChosen
    }

    private static func check(fraction: Double) throws {
        guard fraction > 0, fraction < 1 else {
            throw FoveaError(
                .usage, "The validation fraction is \(fraction).",
                remedy: "Use a number between 0 and 1, such as 0.2 for every fifth example.")
        }
    }

    /// The class of each example; one for all where the first has none, as where networks give numbers.
    fileprivate func strata() throws -> [Int32] {
        if knownLabels == nil, count > 0, try example(at: 0).label == nil { return Array(repeating: 0, count: count) }
        return try labels()
    }

    /// For each example the first one that it is never divided from, itself perhaps; nil where each stands alone.
    private var firstOfGroup: [Int]? {
        guard let groups = (self as? any SequenceSource)?.groups else { return nil }
        var firstOf: [Int: Int] = [:]
        return groups.enumerated().map { index, group in
            let first = firstOf[group] ?? index
            firstOf[group] = first
            return first
        }
    }
}

extension [Range<Int>] {
    /// The part of each stretch of one series, divided by time: training, validation, test; nil for those that reach from one into
    /// another.
    func parts(validation: Double, test: Double) -> [DataPart?] {
        let (start, end) = (map(\.lowerBound).min() ?? 0, map(\.upperBound).max() ?? 0)
        let steps = Double(end - start)
        let testStart = start + Int((steps * (1 - test)).rounded())
        let validationStart = start + Int((steps * (1 - test - validation)).rounded())
        let stretches: [(DataPart, Range<Int>)] = [
            (.training, start..<validationStart), (.validation, validationStart..<testStart), (.test, testStart..<end),
        ]
        return map { own in stretches.first { $0.1.contains(own) }?.0 }
    }
}

extension [DataPart?] {
    /// The positions of the examples of a part.
    package func indices(of part: DataPart) -> [Int] { indices.filter { self[$0] == part } }
}

extension ExampleSource {
    /// `count` examples, or all where there are no more: of every class in proportion, drawn at random, in the source's order.
    /// The same seed gives the same.
    ///
    /// A class of n examples has ⌊n · count / total⌋ of them; those left over go to the classes with the largest remainders, of
    /// equal ones to the first.
    ///
    /// - Throws: ``FoveaError`` that names an example that has no label.
    public func stratified(_ count: Int, seed: UInt64) throws -> any ExampleSource {
        guard count < self.count else { return self }
        var membersOfClass: [Int32: [Int]] = [:]
        for (index, label) in try strata().enumerated() { membersOfClass[label, default: []].append(index) }
        let classes = membersOfClass.sorted { $0.key < $1.key }
        var shares = classes.map { $0.value.count.multipliedFullWidth(by: max(0, count)) }
            .map { self.count.dividingFullWidth($0) }
        let left = max(0, count) - shares.reduce(0) { $0 + $1.quotient }
        let order = shares.indices.sorted { (shares[$1].remainder, $0) < (shares[$0].remainder, $1) }
        for position in order.prefix(left) { shares[position].quotient += 1 }
        let generator = CounterBasedGenerator(seed: seed, purpose: "limit")
        let chosen = zip(classes, shares).flatMap { members, share in
            generator.derived(UInt64(truncatingIfNeeded: members.key)).permutation(of: members.value.count)
                .prefix(share.quotient).map { members.value[$0] }
        }
        return ExampleSubset(self, at: chosen.sorted())
    }
}
