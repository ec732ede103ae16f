import FoveaFoundation
import FoveaGraph

/// What a data set holds, and what is wrong with it.
public struct DataInspection: Sendable {
    /// The sizes of the pictures that can be read.
    public struct Sizes: Sendable {
        public let smallest: (height: Int, width: Int)
        public let median: (height: Int, width: Int)
        public let largest: (height: Int, width: Int)
        /// The number of different sizes.
        public let distinct: Int
    }

    /// The statistics of one channel over all pictures, where white is 1.
    public struct Channel: Hashable, Sendable {
        public let mean: Double
        public let deviation: Double
    }

    public let survey: DataSurvey
    /// In the order of their kinds; those of a kind in the data's order.
    public private(set) var problems: [DataProblem]
    /// The number of pictures that can be read.
    public let readable: Int
    /// Nil where no picture can be read.
    public let sizes: Sizes?
    /// Red, green and blue, or luminance alone. Empty where no picture can be read.
    public let channels: [Channel]
    /// The number of pictures of each class in each part, by the class's position.
    public let counts: [DataPart: [Int]]
    /// The positions of pictures that can be read, of each class of the first part that has any.
    package let readablePictures: [[Int]]

    /// Reads all pictures, on all processors, and holds a few at a time.
    public init(of survey: DataSurvey) {
        self.survey = survey
        let examinations = concurrentMap(survey.count) { survey.examine($0) }
        let found = ExaminedSet(survey, examinations)
        readable = found.pictures.count
        sizes = Sizes(of: found.pictures.map(\.picture))
        channels = Self.channels(of: found.pictures.map(\.picture))
        var counts: [DataPart: [Int]] = [:]
        for picture in survey.pictures {
            counts[picture.part, default: Array(repeating: 0, count: survey.classNames.count)][picture.label] += 1
        }
        self.counts = counts
        var members = [[Int]](repeating: [], count: survey.classNames.count)
        for (position, _) in found.pictures { members[survey.pictures[position].label].append(position) }
        readablePictures = members
        let all =
            survey.problems + found.refusals + found.repetitions + found.blanks + found.greys
            + Self.imbalance(counts[.training] ?? [], survey.classNames)
        problems = Self.sorted(all)
    }

    /// Adds labels that are probably wrong.
    ///
    /// - Parameter labels: for pictures of the training part, by their positions in it, the most probable error first: the class
    ///   that is suggested, and the probabilities of the given and the suggested class.
    package mutating func add(
        labels: [(index: Int, suggested: String, probabilityOfGiven: Double, probabilityOfSuggested: Double)],
        of training: any ExampleSource
    ) {
        let paths = (training as? ImageFolderSource)?.labelledPaths.map(\.path)
        let positions = Dictionary(
            survey.pictures.enumerated().filter { $1.part == .training }.map { ($1.path ?? "\($1.index)", $0) },
            uniquingKeysWith: { first, _ in first })
        problems = Self.sorted(
            problems
                + labels.compactMap { label in
                    guard let position = positions[paths?[label.index] ?? "\(label.index)"] else { return nil }
                    let name = survey.name(of: position)
                    return DataProblem(
                        .label,
                        "\(quoted(name)) is in \(quoted(survey.className(of: position))) and looks like "
                            + "\(quoted(label.suggested)) (\(label.probabilityOfSuggested.text(digits: 2)) against "
                            + "\(label.probabilityOfGiven.text(digits: 2))).",
                        naming: [name], pictures: [position], isNote: true)
                })
    }

    private static func sorted(_ problems: [DataProblem]) -> [DataProblem] {
        let order = Dictionary(uniqueKeysWithValues: DataProblem.Kind.allCases.enumerated().map { ($1, $0) })
        return problems.enumerated().sorted { left, right in
            let (first, second) = (order[left.element.kind] ?? 0, order[right.element.kind] ?? 0)
            return (first, left.offset) < (second, right.offset)
        }.map(\.element)
    }

    /// Whether something is wrong: a problem that is more than a note.
    public var isWrong: Bool { problems.contains { !$0.isNote } }

    private static func channels(of pictures: [ExaminedPicture]) -> [Channel] {
        let count = pictures.map(\.channels.count).max() ?? 0
        return (0..<count).map { channel in
            let sum = pictures.reduce(ExaminedPicture.Moments()) {
                $0 + $1.channels[min(channel, $1.channels.count - 1)]
            }
            return Channel(mean: sum.mean / 255, deviation: sum.deviation / 255)
        }
    }

    /// The largest class has more than five times as many pictures as the smallest.
    private static func imbalance(_ counts: [Int], _ classNames: [String]) -> [DataProblem] {
        let present = counts.enumerated().filter { $0.element > 0 }
        guard let largest = present.max(by: { $0.element < $1.element }),
            let smallest = present.min(by: { $0.element < $1.element }), largest.element > 5 * smallest.element
        else { return [] }
        return [
            DataProblem(
                .imbalance,
                "\(quoted(classNames[largest.offset])) has \(largest.element) training pictures, "
                    + "\(quoted(classNames[smallest.offset])) has \(smallest.element).",
                isNote: true)
        ]
    }
}

extension DataInspection.Sizes {
    init?(of pictures: [ExaminedPicture]) {
        let sorted = pictures.sorted { ($0.height * $0.width, $0.width) < ($1.height * $1.width, $1.width) }
        guard let first = sorted.first, let last = sorted.last else { return nil }
        let middle = sorted[sorted.count / 2]
        smallest = (first.height, first.width)
        median = (middle.height, middle.width)
        largest = (last.height, last.width)
        distinct = Set(pictures.map { [$0.height, $0.width] }).count
    }
}
