import FoveaFoundation
import FoveaGraph

/// The probability from which on a network's answers are as often right as is wanted; below it, it does not know.
///
/// Of the examples, k are answered with a probability of at least t, and h of these answers are right. t is the lowest for which
/// so many right answers would have a chance of at most 10 % if only the wanted fraction were right:
/// P(X ≥ h) ≤ 0.1 for X ~ Binomial(k, wanted). That is, the one-sided lower 90 % bound of Clopper and Pearson reaches the wanted
/// precision. The plain estimate h / k, with the best of many thresholds chosen by it, would promise more than new
/// examples keep.
///
/// Source: C. Clopper, E. Pearson, "The use of confidence or fiducial limits", Biometrika 1934; for networks that may abstain
/// Y. Geifman, R. El-Yaniv, "Selective Classification for Deep Neural Networks", NeurIPS 2017.
public struct AnswerThreshold: Hashable, Sendable {
    /// Answers with at least this probability are given.
    public let probability: Double
    public let wantedPrecision: Double
    /// The number of examples that are answered.
    public let answered: Int
    /// The number of these answers that are right.
    public let right: Int
    /// The number of all examples.
    public let examples: Int

    /// The fraction of examples that are answered.
    public var coverage: Double { Double(answered) / Double(examples) }
    /// The fraction of given answers that are right.
    public var precision: Double { Double(right) / Double(answered) }

    /// The chance to find so many right answers where the wanted precision is not kept.
    static let risk = 0.1

    /// - Parameter answers: the top probability of each example, and whether its class is the example's.
    /// - Throws: ``FoveaError`` when the precision is not between 0 and 1, or when no threshold keeps it, with the best that one does.
    init(_ answers: [(probability: Double, isRight: Bool)], wantedPrecision: Double) throws {
        try Self.check(wantedPrecision)
        let candidates = Candidates(answers)
        guard let best = candidates.widest(precision: wantedPrecision) else {
            let fewest = Int((log(Self.risk) / log(wantedPrecision)).rounded(.up))
            throw FoveaError(
                .badData,
                "No threshold shows a precision of \(wantedPrecision): the best that these \(answers.count) examples show is "
                    + "\(candidates.bestPrecision(below: wantedPrecision).text(digits: 3)).",
                remedy: "Want a lower precision, or give more examples: it takes at least \(fewest) answers, all right."
            )
        }
        probability = best.threshold
        self.wantedPrecision = wantedPrecision
        (answered, right, examples) = (best.answered, best.right, answers.count)
    }

    /// Throws ``FoveaError`` unless a precision can be wanted.
    public static func check(_ wantedPrecision: Double) throws {
        guard wantedPrecision > 0, wantedPrecision < 1 else {
            throw FoveaError(
                .usage, "The wanted precision is \(wantedPrecision).",
                remedy:
                    "Use a fraction above 0 and below 1, such as 0.95: no number of examples shows that all answers are right."
            )
        }
    }

    /// The thresholds that tell the examples apart.
    private struct Candidates {
        /// What is answered with a threshold.
        struct Candidate {
            let threshold: Double
            let answered: Int
            let right: Int
        }

        /// The fewest answers first.
        private let candidates: [Candidate]
        private let distribution: BinomialDistribution

        init(_ answers: [(probability: Double, isRight: Bool)]) {
            let sorted = answers.sorted { $0.probability > $1.probability }
            var candidates: [Candidate] = []
            var right = 0
            for (position, answer) in sorted.enumerated() {
                right += answer.isRight ? 1 : 0
                let next = position + 1 < sorted.count ? sorted[position + 1].probability : answer.probability
                guard next < answer.probability || position + 1 == sorted.count else { continue }
                // In the middle, so that rounding does not decide about an example.
                candidates.append(
                    Candidate(
                        threshold: (answer.probability + next) / 2, answered: position + 1, right: right))
            }
            self.candidates = candidates
            distribution = BinomialDistribution(upToTrials: answers.count)
        }

        /// The threshold with the most answers that keeps a precision.
        func widest(precision: Double) -> Candidate? {
            candidates.last {
                Double($0.right) > precision * Double($0.answered)
                    && distribution.upperTail($0.right, of: $0.answered, probability: precision) <= AnswerThreshold.risk
            }
        }

        /// The largest precision that a threshold keeps, to six digits.
        func bestPrecision(below limit: Double) -> Double {
            var (low, high) = (0.0, limit)
            while high - low > 1e-6 {
                let middle = (low + high) / 2
                if widest(precision: middle) == nil { high = middle } else { low = middle }
            }
            return low
        }
    }
}
