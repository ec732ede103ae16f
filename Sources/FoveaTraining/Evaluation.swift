public import FoveaFormats
import FoveaGraph
import FoveaNN

/// The agreement of a network's logits with the labels of a data set.
public struct Evaluation: Sendable {
    /// The figures of one class.
    public struct ClassFigures: Sendable, Hashable {
        public let name: String
        /// Of the examples predicted to be of this class, the fraction that are.
        public let precision: Double
        /// Of the examples of this class, the fraction predicted to be.
        public let recall: Double
        /// The harmonic mean of precision and recall.
        public let f1: Double
        /// Number of examples of the class.
        public let support: Int
    }

    /// The answers whose probability reaches the network's threshold.
    public struct GivenAnswers: Sendable, Hashable {
        public fileprivate(set) var count = 0
        fileprivate var right = 0
        /// The fraction that is right; 0 where no answer is given.
        public var precision: Double { Double(right) / Double(max(1, count)) }
    }

    public let classNames: [String]
    /// The network's calibration; nil where it has none.
    public let calibration: ModelDescription.Calibration?
    /// How often answers are right, by their probability, with the network's temperature.
    public private(set) var reliability = Reliability()
    /// The same without the temperature.
    public private(set) var uncalibratedReliability = Reliability()
    /// Nil where the network has no threshold.
    public private(set) var givenAnswers: GivenAnswers?
    /// Number of examples measured.
    public private(set) var count = 0
    /// `confusion[actual][predicted]` counts examples.
    public private(set) var confusion: [[Int]]
    private var lossSum = 0.0
    private var topFiveHits = 0

    public init(classNames: [String], calibration: ModelDescription.Calibration? = nil) {
        self.classNames = classNames
        self.calibration = calibration
        givenAnswers = calibration?.threshold.map { _ in GivenAnswers() }
        confusion = Array(repeating: Array(repeating: 0, count: classNames.count), count: classNames.count)
    }

    /// Adds a batch. An example with a NaN among its logits has no predicted class: it counts as wrong.
    ///
    /// - Parameters:
    ///   - logits: [N, classes].
    ///   - labels: class indices [N], each below the number of classes.
    ///   - loss: the mean loss of the batch.
    mutating func add(logits: Tensor, labels: [Int32], loss: Float) {
        let predictions = logits.rankings(limit: 5)
        let elements = logits.floats
        for (row, (ranking, label)) in zip(predictions, labels).enumerated() {
            let logits = elements[row * classNames.count..<(row + 1) * classNames.count]
            guard !logits.contains(where: \.isNaN) else { continue }
            confusion[Int(label)][ranking[0]] += 1
            if ranking.contains(Int(label)) { topFiveHits += 1 }
            addAnswer(logits, isRight: ranking[0] == Int(label))
        }
        count += labels.count
        lossSum += Double(loss) * Double(labels.count)
    }

    private mutating func addAnswer(_ logits: ArraySlice<Float>, isRight: Bool) {
        let uncalibrated = logits.topProbability(temperature: 1)
        let probability = calibration.map { logits.topProbability(temperature: $0.temperature) } ?? uncalibrated
        uncalibratedReliability.add(uncalibrated, isRight: isRight)
        reliability.add(probability, isRight: isRight)
        guard let threshold = calibration?.threshold, probability >= threshold.probability else { return }
        givenAnswers?.count += 1
        givenAnswers?.right += isRight ? 1 : 0
    }

    /// The mean loss, without the temperature.
    public var loss: Double { lossSum / Double(max(1, count)) }

    /// The fraction of examples whose largest logit is that of their class.
    public var accuracy: Double {
        Double(confusion.indices.reduce(0) { $0 + confusion[$1][$1] }) / Double(max(1, count))
    }

    /// The fraction of examples whose class is among the five largest logits; nil with five classes or fewer, where it says
    /// nothing.
    public var topFiveAccuracy: Double? {
        classNames.count > 5 ? Double(topFiveHits) / Double(max(1, count)) : nil
    }

    /// Precision, recall and F1 of each class; 0 where no example is predicted to be, or is, of the class.
    public var perClass: [ClassFigures] {
        classNames.indices.map { index in
            let hits = Double(confusion[index][index])
            let support = confusion[index].reduce(0, +)
            let called = confusion.reduce(0) { $0 + $1[index] }
            let precision = called > 0 ? hits / Double(called) : 0
            let recall = support > 0 ? hits / Double(support) : 0
            let f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0
            return ClassFigures(
                name: classNames[index], precision: precision, recall: recall, f1: f1, support: support)
        }
    }

    /// The mean F1 of the classes that occur, as the class of an example or as a prediction; 0 where there are none.
    public var macroF1: Double {
        let occurring = zip(classNames.indices, perClass).filter { index, figures in
            figures.support > 0 || confusion.contains { $0[index] > 0 }
        }
        return occurring.reduce(0) { $0 + $1.1.f1 } / Double(max(1, occurring.count))
    }
}
