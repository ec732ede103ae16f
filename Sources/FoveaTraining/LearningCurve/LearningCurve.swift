import FoveaFoundation

/// The accuracy that a training reaches with more and more of its examples, each measured on the same examples.
///
/// The intervals are those of the measurement: how much another choice of training examples would change, they do not say.
public struct LearningCurve: Sendable {
    /// The accuracy with some of the training examples.
    public struct Point: Hashable, Sendable {
        /// The part of the training examples: `10 %`, `all`.
        public let part: String
        /// Number of training examples.
        public let trained: Int
        /// Number of measured examples that the network gets right.
        public let right: Int
        /// Number of measured examples.
        public let count: Int

        public var accuracy: Double { Double(right) / Double(max(1, count)) }
        /// Of the accuracy, with 95 % confidence.
        public var interval: WilsonInterval { WilsonInterval(successes: right, of: count) }
    }

    /// What more training examples brought.
    public struct Gain: Hashable, Sendable {
        public let before: Point
        public let after: Point
        /// The difference of the accuracies, on the examples that both measured.
        public let difference: Double
        public let test: McNemarTest

        /// Whether chance hardly explains the difference, at the level of 5 %.
        public var isSignificant: Bool { test.pValue < 0.05 }
        /// The difference for each doubling of the training examples: difference / log₂(after / before).
        public var perDoubling: Double { difference / log2(Double(after.trained) / Double(max(1, before.trained))) }
    }

    /// By number of training examples, rising.
    public private(set) var points: [Point] = []
    /// For each point, whether an example is right, by its position in the source.
    private var isRight: [[Int: Bool]] = []

    public init() {}

    /// Adds what a network gives that was trained on so many examples.
    public mutating func add(_ part: String, trainedOn count: Int, _ measured: ClassifiedExamples) {
        let right = zip(measured.answers, measured.labels).map { $0 == Int($1) }
        let place = points.firstIndex { $0.trained > count } ?? points.endIndex
        points.insert(
            Point(part: part, trained: count, right: right.count { $0 }, count: measured.count), at: place)
        isRight.insert(
            Dictionary(zip(measured.indices, right), uniquingKeysWith: { first, _ in first }), at: place)
    }

    /// What the last of the sizes brought over the one before; nil with fewer than two.
    public var lastGain: Gain? {
        guard points.count > 1, let before = points.dropLast().last, let after = points.last else { return nil }
        var (onlyBefore, onlyAfter, common) = (0, 0, 0)
        let earlier = isRight[isRight.count - 2]
        for (index, isRight) in isRight[isRight.count - 1] {
            guard let wasRight = earlier[index] else { continue }
            common += 1
            if wasRight && !isRight { onlyBefore += 1 }
            if isRight && !wasRight { onlyAfter += 1 }
        }
        return Gain(
            before: before, after: after, difference: Double(onlyAfter - onlyBefore) / Double(max(1, common)),
            test: McNemarTest(onlyFirst: onlyBefore, onlySecond: onlyAfter))
    }
}
