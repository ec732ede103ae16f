import FoveaFoundation
import FoveaGraph

/// What a set of sequences holds, and what is wrong with it.
public struct SequenceInspection: Sendable {
    /// Numbers of steps, or of tokens.
    public struct Lengths: Hashable, Sendable {
        public let shortest: Int
        public let median: Int
        public let longest: Int
    }

    public struct Part: Sendable {
        public let part: DataPart
        public let count: Int
        /// The number of sequences of each class, by the class's position; empty where there are no classes.
        public let classCounts: [Int]
        public let lengths: Lengths
        public let missingValues: Int
        /// The number of sequences with missing values.
        public let incomplete: Int
    }

    /// A channel over all known values of the training part.
    public struct Channel: Hashable, Sendable {
        public let mean: Float
        public let deviation: Float
        public let smallest: Float
        public let largest: Float
        /// The number of its missing values.
        public let missing: Int
        public var isConstant: Bool { smallest == largest }
    }

    /// The tokens of the training part.
    public struct Tokens: Hashable, Sendable {
        public let kind: TokenKind
        /// The number of different tokens.
        public let distinct: Int
        public let total: Int
        /// The most frequent first.
        public let mostFrequent: [Count]
        /// For each other part the fraction of its tokens that the training part lacks.
        public let unknown: [DataPart: Double]

        public struct Count: Hashable, Sendable {
            public let token: String
            public let count: Int
        }
    }

    public let name: String
    public let classNames: [String]
    public let parts: [Part]
    /// Empty for texts.
    public let channels: [Channel]
    /// Nil for series.
    public let tokens: Tokens?
    public let problems: [DataProblem]

    /// Reads all sequences.
    ///
    /// - Throws: ``FoveaError`` when one cannot be read, or is no sequence.
    public init(of splits: DataSplits) throws {
        (name, classNames) = (splits.training.name, splits.training.classNames)
        var examined: [ExaminedSequences] = []
        for (part, source) in splits.parts { examined.append(try ExaminedSequences(part, source)) }
        parts = examined.map(\.summary)
        channels = examined[0].channels
        tokens = examined[0].tokenCounts.map { Tokens($0, others: Array(examined.dropFirst())) }
        problems =
            splits.notes.map { DataProblem(.ignored, $0.description, isNote: true) }
            + Self.repetitions(in: examined) + Self.constants(in: examined[0])
            + Self.classProblems(examined[0].summary.classCounts, classNames)
    }

    private static func repetitions(in parts: [ExaminedSequences]) -> [DataProblem] {
        var firstPlace: [ContentDigest: (part: Int, index: Int)] = [:]
        var within: [[String]] = parts.map { _ in [] }
        var across: [[String]] = parts.map { _ in [] }
        for (position, part) in parts.enumerated() {
            for (index, digest) in part.digests.enumerated() {
                guard let digest else { continue }
                guard let first = firstPlace[digest] else {
                    firstPlace[digest] = (position, index)
                    continue
                }
                let pair = "\(part.name(of: index)) = \(parts[first.part].name(of: first.index))"
                if first.part == position { within[position].append(pair) } else { across[position].append(pair) }
            }
        }
        return parts.indices.flatMap { position -> [DataProblem] in
            let name = parts[position].summary.part.rawValue
            return [
                problem(
                    .leak, across[position],
                    "of `\(name)` \(across[position].count == 1 ? "is" : "are") in an earlier part too.", isNote: false),
                problem(
                    .duplicate, within[position],
                    "of `\(name)` \(within[position].count == 1 ? "repeats another" : "repeat others").", isNote: true),
            ].compactMap(\.self)
        }
    }

    private static func problem(
        _ kind: DataProblem.Kind, _ pairs: [String], _ fact: String, isNote: Bool
    ) -> DataProblem? {
        guard !pairs.isEmpty else { return nil }
        return DataProblem(
            kind, "\(pairs.count == 1 ? "1 sequence" : "\(pairs.count) sequences") \(fact)", files: pairs,
            isNote: isNote)
    }

    private static func constants(in part: ExaminedSequences) -> [DataProblem] {
        var problems: [DataProblem] = []
        for (channel, figures) in part.channels.enumerated() where figures.isConstant {
            problems.append(
                DataProblem(
                    .blank, "Channel \(channel + 1) has the value \(figures.smallest) everywhere.", isNote: true))
        }
        let constant = part.constantSequences
        if !constant.isEmpty, problems.count < part.channels.count {
            problems.append(
                DataProblem(
                    .blank,
                    constant.count == 1
                        ? "1 series does not change." : "\(constant.count) series do not change.",
                    files: constant.map(part.name), isNote: true))
        }
        return problems
    }

    private static func classProblems(_ counts: [Int], _ names: [String]) -> [DataProblem] {
        let present = counts.enumerated().filter { $0.element > 0 }
        let empty = zip(counts, names).filter { $0.0 == 0 }.map {
            DataProblem(.emptyClass, "The part `train` has no sequences of the class \(quoted($0.1)).")
        }
        guard let largest = present.max(by: { $0.element < $1.element }),
            let smallest = present.min(by: { $0.element < $1.element }), largest.element > 5 * smallest.element
        else { return empty }
        return empty + [
            DataProblem(
                .imbalance,
                "\(quoted(names[largest.offset])) has \(largest.element) training sequences, "
                    + "\(quoted(names[smallest.offset])) has \(smallest.element).", isNote: true)
        ]
    }
}

extension SequenceInspection.Tokens {
    /// The number of tokens that a report names.
    private static let mostFrequentCount = 20

    fileprivate init(_ counts: TokenCounts, others: [ExaminedSequences]) {
        let sorted = counts.sorted
        kind = counts.kind
        distinct = sorted.count
        total = sorted.reduce(0) { $0 + $1.count }
        mostFrequent = sorted.prefix(Self.mostFrequentCount).map { Count(token: $0.token, count: $0.count) }
        unknown = Dictionary(
            uniqueKeysWithValues: others.compactMap { other in
                other.tokenCounts.map { (other.summary.part, $0.fraction(lackingIn: counts)) }
            })
    }
}
