import FoveaFoundation
import FoveaGraph

/// Sizes of subsets of a source that grow, each subset holding the one before.
public enum SubsetSizes: Hashable, Sendable {
    /// Fractions of every class, above 0 and at most 1.
    case fractions([Double])
    /// Numbers of examples of every class.
    case perClass([Int])

    /// - Throws: ``FoveaError`` when there are none, when one is out of range, or when they do not rise.
    public func validate() throws {
        switch self {
        case .fractions(let fractions):
            if let wrong = fractions.first(where: { !($0 > 0 && $0 <= 1) }) {
                throw FoveaError(
                    .usage, "A subset cannot have \(percentage(wrong)) of the examples.",
                    remedy: "Use more than 0 % and at most 100 %.")
            }
            try Self.expectRising(fractions, percentage)
        case .perClass(let counts):
            if let wrong = counts.first(where: { $0 < 1 }) {
                throw FoveaError(
                    .usage, "A subset cannot have \(wrong) examples of each class.", remedy: "Use at least 2.")
            }
            try Self.expectRising(counts) { "\($0)" }
        }
    }

    private static func expectRising<Size: Comparable>(_ sizes: [Size], _ text: (Size) -> String) throws {
        guard !sizes.isEmpty else {
            throw FoveaError(.usage, "There are no sizes of subsets.", remedy: "Use for example 10%,25%,50%.")
        }
        for (size, next) in zip(sizes, sizes.dropFirst()) where size >= next {
            throw FoveaError(
                .usage,
                size == next
                    ? "The size \(text(size)) is there twice."
                    : "The size \(text(next)) comes after \(text(size)), and sizes have to rise.",
                remedy: "List each size once, the smallest first.")
        }
    }

    /// A name for each size: `10 %`, `20 of each class`.
    fileprivate var names: [String] {
        switch self {
        case .fractions(let fractions): fractions.map(percentage)
        case .perClass(let counts): counts.map { "\($0) of each class" }
        }
    }

    /// The number of examples that each size takes of a class with so many; there may be more than that.
    fileprivate func shares(ofClassWith count: Int) -> [Int] {
        switch self {
        case .fractions(let fractions): fractions.map { Int((Double(count) * $0).rounded()) }
        case .perClass(let counts): counts
        }
    }
}

/// A fraction as `12.5 %`.
private func percentage(_ fraction: Double) -> String {
    let percent = (fraction * 10_000).rounded() / 100
    return "\(Int(exactly: percent).map { "\($0)" } ?? "\(percent)") %"
}

/// A subset of a source, with the name of its size.
public struct NestedSubset: Sendable {
    /// `10 %` or `20 of each class`.
    public let name: String
    public let examples: any ExampleSource
}

extension ExampleSource {
    /// Subsets that grow, each holding the one before: of every class the first of its examples in an order that the seed draws,
    /// kept in the source's order. A fraction of a class is rounded.
    ///
    /// - Parameters:
    ///   - fewest: the smallest number of examples of a class that a subset may have.
    ///   - leavingOutUnfit: whether sizes that would give fewer, or no more than the size before, are left out instead of being
    ///     errors.
    /// - Throws: ``FoveaError`` when the sizes make no sense, when a class has too few examples for one, or when two are the same
    ///   examples.
    public func nestedSubsets(
        _ sizes: SubsetSizes, fewest: Int = 2, leavingOutUnfit: Bool = false, seed: UInt64
    ) throws -> [NestedSubset] {
        try sizes.validate()
        var membersOfClass: [Int32: [Int]] = [:]
        for (index, label) in try labels().enumerated() { membersOfClass[label, default: []].append(index) }
        let generator = CounterBasedGenerator(seed: seed, purpose: "subsets")
        let classes = membersOfClass.sorted { $0.key < $1.key }.map { label, members in
            let order = generator.derived(UInt64(truncatingIfNeeded: label)).permutation(of: members.count)
            return (label, members: order.map { members[$0] }, shares: sizes.shares(ofClassWith: members.count))
        }
        var subsets: [NestedSubset] = []
        for (position, name) in sizes.names.enumerated() {
            let unfit = classes.first {
                $0.shares[position] < fewest || $0.shares[position] > $0.members.count
            }
            let chosen = classes.flatMap { $0.members.prefix($0.shares[position]) }
            let isLarger = chosen.count > subsets.last?.examples.count ?? 0
            if leavingOutUnfit && (unfit != nil || !isLarger) { continue }
            if let (label, members, shares) = unfit {
                throw unfitError(
                    size: name, label, members.count, shares[position], fewest,
                    smallest: classes.map(\.members.count).min() ?? 0)
            }
            guard isLarger else {
                throw FoveaError(
                    .usage, "\(subsets.last?.name ?? "") and \(name) are the same \(chosen.count) examples.",
                    remedy: "Leave one of them out.")
            }
            subsets.append(NestedSubset(name: name, examples: ExampleSubset(self, at: chosen.sorted())))
        }
        return subsets
    }

    private func unfitError(
        size: String, _ label: Int32, _ count: Int, _ share: Int, _ fewest: Int, smallest: Int
    ) -> FoveaError {
        let name = classNames.indices.contains(Int(label)) ? classNames[Int(label)] : "\(label)"
        if share > count {
            return FoveaError(
                .usage, "The class \(quoted(name)) has \(count) examples, and the size is \(size).",
                remedy: "Use at most \(smallest) of each class, or fractions such as 50%.")
        }
        return FoveaError(
            .usage,
            "The size \(size) takes \(share) of the \(count) examples of the class \(quoted(name)), and at least \(fewest) are needed.",
            remedy: "Use larger subsets, or more examples.")
    }
}
