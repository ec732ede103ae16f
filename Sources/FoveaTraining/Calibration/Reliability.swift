/// How often answers are right that a network is so and so sure of.
///
/// Answers with a probability in ((m − 1) / 15, m / 15] are in bin m. The expected calibration error is
/// Σ_m |B_m| / n · |accuracy(B_m) − confidence(B_m)|: 0 where of the answers with 80 % eight in ten are right.
///
/// Source: C. Guo, G. Pleiss, Y. Sun, K. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.
public struct Reliability: Hashable, Sendable {
    /// The answers with a probability above `range`'s lower bound, up to its upper one.
    public struct Bin: Hashable, Sendable {
        public let range: ClosedRange<Double>
        public fileprivate(set) var count = 0
        fileprivate var right = 0
        fileprivate var probabilitySum = 0.0

        /// The fraction of answers that are right; 0 where there are none.
        public var accuracy: Double { Double(right) / Double(max(1, count)) }
        /// The mean probability; 0 where there are no answers.
        public var confidence: Double { probabilitySum / Double(max(1, count)) }
    }

    public private(set) var bins: [Bin]
    /// The number of answers.
    public private(set) var count = 0

    /// - Parameter bins: their number, of equal width.
    init(bins: Int = 15) {
        self.bins = (0..<bins).map { Bin(range: Double($0) / Double(bins)...Double($0 + 1) / Double(bins)) }
    }

    init(_ answers: some Sequence<(probability: Double, isRight: Bool)>) {
        self.init()
        for answer in answers { add(answer.probability, isRight: answer.isRight) }
    }

    /// Adds an answer.
    ///
    /// - Parameter probability: from 0 to 1.
    mutating func add(_ probability: Double, isRight: Bool) {
        let scaled = Int((probability * Double(bins.count)).rounded(.up)) - 1
        let bin = min(max(0, scaled), bins.count - 1)
        bins[bin].count += 1
        bins[bin].right += isRight ? 1 : 0
        bins[bin].probabilitySum += probability
        count += 1
    }

    /// From 0 to 1; 0 where there are no answers.
    public var expectedCalibrationError: Double {
        bins.reduce(0) { $0 + Double($1.count) * abs($1.accuracy - $1.confidence) } / Double(max(1, count))
    }
}
