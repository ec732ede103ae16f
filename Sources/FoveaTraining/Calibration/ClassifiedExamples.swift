import FoveaFoundation
public import FoveaGraph

/// The logits that a network gives for examples whose classes are known.
public struct ClassifiedExamples: Sendable {
    /// The number of classes.
    public let classes: Int
    /// The class of each example.
    public private(set) var labels: [Int32] = []
    /// The position of each example in its source.
    public private(set) var indices: [Int] = []
    /// [examples, classes], row by row.
    private var logits: [Float] = []

    /// The number of examples.
    public var count: Int { labels.count }

    /// No examples yet.
    init(classes: Int) { self.classes = classes }

    /// - Parameters:
    ///   - logits: [examples, classes], float32.
    ///   - labels: the class of each example.
    /// - Throws: ``FoveaError`` when there is not a label for each row, when a label is none of the classes, or when a logit is
    ///   NaN or infinite.
    public init(logits: Tensor, labels: [Int32]) throws {
        guard logits.shape.rank == 2, logits.dataType == .float32, logits.shape[0] == labels.count else {
            throw FoveaError(
                .badData, "Logits of \(logits.type) do not fit \(labels.count) labels.",
                remedy: "Give float32 logits, [examples, classes], and a label for each example.")
        }
        let classes = logits.shape[1]
        if let row = labels.firstIndex(where: { !(0..<classes).contains(Int($0)) }) {
            throw FoveaError(
                .badData, "The label \(labels[row]) of example \(row) is none of the \(classes) classes.",
                remedy: "Labels count the classes from 0.")
        }
        if let row = logits.firstNonFiniteRow {
            throw FoveaError(
                .badData, "The logits of example \(row) are not finite.",
                remedy: "Use weights of a training that did not diverge.")
        }
        self.init(classes: classes)
        append(logits, labels, at: Array(labels.indices))
    }

    /// Adds a batch of finite logits.
    mutating func append(_ logits: Tensor, _ labels: [Int32], at indices: [Int]) {
        self.logits += logits.floats
        self.labels += labels
        self.indices += indices
    }

    /// The logits of an example.
    func logits(of example: Int) -> ArraySlice<Float> { logits[example * classes..<(example + 1) * classes] }

    /// The class with the largest logit, for each example; the first of several.
    public var answers: [Int] {
        (0..<count).map { example in
            let row = logits(of: example)
            return (row.indices.max { row[$0] < row[$1] } ?? row.startIndex) - row.startIndex
        }
    }

    /// For each example the probability of the class with the largest logit, and whether it is the example's class.
    func answers(temperature: Double) -> [(probability: Double, isRight: Bool)] {
        zip(answers, labels).enumerated().map { example, answer in
            (logits(of: example).topProbability(temperature: temperature), answer.0 == Int(answer.1))
        }
    }
}

extension ArraySlice<Float> {
    /// The probability of the class with the largest of some logits: 1 / Σⱼ exp((xⱼ − max x) / temperature).
    func topProbability(temperature: Double) -> Double {
        let largest = Double(self.max() ?? 0)
        return 1 / reduce(0) { $0 + exp((Double($1) - largest) / temperature) }
    }
}
