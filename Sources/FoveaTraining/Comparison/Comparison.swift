import FoveaFoundation
import FoveaGraph

/// Several networks measured on the same examples: how often each is right, whether one is better than another, and where they
/// disagree.
public struct Comparison: Hashable, Sendable {
    /// How often a network is right.
    public struct Score: Hashable, Sendable {
        public let right: Int
        public let accuracy: Double
        public let interval: WilsonInterval
    }

    /// Two networks, by their positions, the first before the second.
    public struct Pair: Hashable, Sendable {
        public let first: Int
        public let second: Int
        public let test: McNemarTest
        /// The p-value corrected for the number of pairs, by Holm.
        public let adjustedPValue: Double
        /// The number of examples that both get right.
        public let bothRight: Int
        /// The number of examples that both get wrong.
        public let bothWrong: Int

        /// Whether one of them is better, at the level of 5 %.
        public var isSignificant: Bool { adjustedPValue < 0.05 }
    }

    /// The number of examples.
    public let count: Int
    public let scores: [Score]
    /// Each pair once.
    public let pairs: [Pair]
    /// The positions of the examples to which two networks give different answers.
    public let disagreements: [Int]

    /// - Parameters:
    ///   - labels: the class of each example.
    ///   - answers: for each network, the class that it gives each example.
    /// - Throws: ``FoveaError`` when there are fewer than two networks, no examples, or not an answer for each example.
    public init(labels: [Int], answers: [[Int]]) throws {
        guard answers.count > 1, !labels.isEmpty, answers.allSatisfy({ $0.count == labels.count }) else {
            throw FoveaError(
                .badData, "\(answers.count) networks and \(labels.count) examples cannot be compared.",
                remedy: "Give at least two networks that have answered the same examples.")
        }
        count = labels.count
        let isRight = answers.map { zip($0, labels).map { $0 == $1 } }
        scores = isRight.map { isRight in
            let right = isRight.count { $0 }
            return Score(
                right: right, accuracy: Double(right) / Double(labels.count),
                interval: WilsonInterval(successes: right, of: labels.count))
        }
        let found = answers.indices.flatMap { first in
            answers.indices.dropFirst(first + 1).map { second in
                (first, second, Self.table(isRight[first], isRight[second]))
            }
        }
        let tests = found.map { McNemarTest(onlyFirst: $0.2.onlyFirst, onlySecond: $0.2.onlySecond) }
        pairs = zip(zip(found, tests), tests.map(\.pValue).holmAdjusted).map { pair, adjusted in
            Pair(
                first: pair.0.0, second: pair.0.1, test: pair.1, adjustedPValue: adjusted,
                bothRight: pair.0.2.both, bothWrong: pair.0.2.neither)
        }
        disagreements = labels.indices.filter { example in answers.contains { $0[example] != answers[0][example] } }
    }

    /// The number of examples that both, one and neither of two networks get right.
    private static func table(
        _ first: [Bool], _ second: [Bool]
    ) -> (both: Int, onlyFirst: Int, onlySecond: Int, neither: Int) {
        var table = (both: 0, onlyFirst: 0, onlySecond: 0, neither: 0)
        for (first, second) in zip(first, second) {
            switch (first, second) {
            case (true, true): table.both += 1
            case (true, false): table.onlyFirst += 1
            case (false, true): table.onlySecond += 1
            case (false, false): table.neither += 1
            }
        }
        return table
    }
}
