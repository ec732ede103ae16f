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

    public let classNames: [String]
    /// Number of examples measured.
    public private(set) var count = 0
    /// `confusion[actual][predicted]` counts examples.
    public private(set) var confusion: [[Int]]
    private var lossSum = 0.0
    private var topFiveHits = 0

    public init(classNames: [String]) {
        self.classNames = classNames
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
        }
        count += labels.count
        lossSum += Double(loss) * Double(labels.count)
    }

    /// The mean loss.
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
}
