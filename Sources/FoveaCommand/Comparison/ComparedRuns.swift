import FoveaGraph
import FoveaTraining

/// Several runs and their answers to the same images.
struct ComparedRuns {
    /// What a run says of each image.
    struct Answers {
        let run: String
        let architecture: String
        fileprivate let examples: ClassifiedExamples
        fileprivate let classNames: [String]

        init(run: String, architecture: String, _ examples: ClassifiedExamples, _ classNames: [String]) {
            (self.run, self.architecture, self.examples, self.classNames) = (run, architecture, examples, classNames)
        }
    }

    let runs: [(path: String, architecture: String)]
    let classNames: [String]
    /// The position of each image in its source.
    let indices: [Int]
    let labels: [Int]
    /// For each run, the class that it gives each image.
    let answers: [[Int]]
    let comparison: Comparison

    /// - Parameter classNames: the classes in the order of the labels.
    /// - Throws: ``FoveaError`` when not all runs have answered the same images.
    init(_ given: [Answers], classNames: [String]) throws {
        let place = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($0.element, $0.offset) })
        guard let first = given.first, given.allSatisfy({ $0.examples.indices == first.examples.indices }) else {
            throw FoveaError(
                .badData, "Images became unreadable while the runs were compared.", remedy: "Check the disk.")
        }
        runs = given.map { ($0.run, $0.architecture) }
        self.classNames = classNames
        indices = first.examples.indices
        labels = first.examples.labels.map(Int.init)
        answers = given.map { run in
            let order = run.classNames.map { place[$0] ?? -1 }
            return run.examples.answers.map { order[$0] }
        }
        comparison = try Comparison(labels: labels, answers: answers)
    }
}
