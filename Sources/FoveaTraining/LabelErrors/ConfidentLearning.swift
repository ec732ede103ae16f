import FoveaGraph

/// Examples whose label is probably wrong, by confident learning: a class counts as likely for an example when the network is
/// at least as sure of it as it is on average of the examples that have it.
///
/// With t_j the mean probability of class j over the examples labelled j, an example is counted in C[given][j] for the
/// likeliest j with p_j ≥ t_j. Those off the diagonal are candidates; they are ranked by p_given − max over the other classes of
/// p, the lowest first. Probabilities must come from networks that were not trained on the example (``OutOfFold``).
///
/// Source: C. Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", JAIR 2021.
public struct ConfidentLearning: Hashable, Sendable {
    /// An example whose label is probably wrong.
    public struct Candidate: Hashable, Sendable {
        /// Its position among the examples.
        public let index: Int
        public let given: Int
        public let suggested: Int
        public let probabilityOfGiven: Double
        public let probabilityOfSuggested: Double

        /// p_given − p_suggested: the lower, the more probably the label is wrong.
        public var margin: Double { probabilityOfGiven - probabilityOfSuggested }
    }

    /// The mean probability of each class over the examples that have it; 1 for a class that none has.
    public let thresholds: [Double]
    /// The number of examples by their given label and the class that is confidently theirs.
    public let joint: [[Int]]
    /// The most probable errors first.
    public let candidates: [Candidate]

    /// - Parameters:
    ///   - labels: the given class of each example.
    ///   - probabilities: for each example the probability of each class, from a network that has not been trained on it.
    /// - Throws: ``FoveaError`` when there is not a row for each label, when rows have different lengths, when a label is
    ///   none of the classes, or when a number is no probability.
    public init(labels: [Int32], probabilities: [[Double]]) throws {
        let classes = try Self.classCount(labels, probabilities)
        var (sums, counts) = ([Double](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
        for (label, row) in zip(labels, probabilities) {
            sums[Int(label)] += row[Int(label)]
            counts[Int(label)] += 1
        }
        let thresholds = zip(sums, counts).map { $1 > 0 ? $0 / Double($1) : 1 }
        var joint = [[Int]](repeating: [Int](repeating: 0, count: classes), count: classes)
        var candidates: [Candidate] = []
        for (index, (label, row)) in zip(labels, probabilities).enumerated() {
            let given = Int(label)
            let likely = row.indices.filter { row[$0] >= thresholds[$0] }
            guard let likeliest = likely.max(by: { row[$0] < row[$1] }) else { continue }
            joint[given][likeliest] += 1
            guard likeliest != given else { continue }
            let others = row.indices.filter { $0 != given }
            guard let suggested = others.max(by: { row[$0] < row[$1] }) else { continue }
            candidates.append(
                Candidate(
                    index: index, given: given, suggested: suggested, probabilityOfGiven: row[given],
                    probabilityOfSuggested: row[suggested]))
        }
        self.thresholds = thresholds
        self.joint = joint
        self.candidates = candidates.sorted { ($0.margin, $0.index) < ($1.margin, $1.index) }
    }

    private static func classCount(_ labels: [Int32], _ probabilities: [[Double]]) throws -> Int {
        let classes = probabilities.first?.count ?? 0
        let isSound =
            labels.count == probabilities.count && classes > 0
            && labels.allSatisfy { (0..<classes).contains(Int($0)) }
            && probabilities.allSatisfy { $0.count == classes && $0.allSatisfy { (0...1).contains($0) } }
        guard isSound else {
            throw FoveaError(
                .badData,
                "\(labels.count) labels and \(probabilities.count) rows of probabilities do not fit together.",
                remedy: "Give each label a row with a probability from 0 to 1 for each class, the label's among them.")
        }
        return classes
    }
}
