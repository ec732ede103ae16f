import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// `fovea compare cnn rnn`
struct CompareSequences: AsyncParsableCommand {
    /// What the network with filters is compared with.
    enum Other: String, CaseIterable, ExpressibleByArgument {
        case rnn
    }

    static let configuration = CommandConfiguration(
        commandName: "cnn",
        abstract: "Compares a CNN with an RNN on sequences, fairly: `fovea compare cnn rnn --data D`.",
        discussion: """
            Both get as many parameters, the same examples in the same order, the same number of steps, and the same choice of \
            learning rates, each the best for itself on a part of the training data; the test part is used once, at the end. The \
            interval of the difference is that of the differences seed by seed (Student, 95 %).
            """)

    @Argument(help: ArgumentHelp("rnn.", valueName: "rnn"))
    var other: Other

    @Option(
        help: ArgumentHelp("Series or texts, such as the folder of GunPoint.", valueName: "data")
    )
    var data: String

    @Option(help: ArgumentHelp("Network with filters: tcn, cnn1d, fcn, resnet1d or inceptiontime.", valueName: "name"))
    var cnn = "cnn1d"

    @Option(help: ArgumentHelp("Network with a memory: rnn, lstm, gru, bilstm or bigru.", valueName: "name"))
    var rnn = "gru"

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of filters of the CNN, to which the RNN is fitted. (default: the network's usual one)",
            valueName: "count"))
    var width: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of epochs of every training.", valueName: "count"))
    var epochs = 60

    @Option(parsing: .unconditional, help: ArgumentHelp("Batch size.", valueName: "count"))
    var batchSize = 16

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of seeds, from 0 on, with which each network is trained.", valueName: "count"))
    var seeds = 5

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of every class to hold out for testing. (default: 0.1 where the data has no test part)",
            valueName: "fraction"))
    var testSplit: Double?

    @OptionGroup var preparation: SequencePreparationOptions

    @Option(
        help: ArgumentHelp("Page to write, an .html file: learning curves, and both networks drawn.", valueName: "file")
    )
    var page: String?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try check()
        let device = try device.open()
        let splits = try load()
        guard try splits.training.question == .itsClass else {
            throw FoveaError(
                .usage, "\(quoted(splits.training.name)) asks for something else than the class of each sequence.",
                remedy: "Train both with `fovea train` and compare their losses.")
        }
        guard let test = splits.test else { preconditionFailure("a test part is held out where there is none") }
        let prepared = try preparation.preparation(for: splits, isScaled: SequenceData.isScaled(data))
        let problem = try SequenceZoo.Problem(classes: splits.training.classNames.count, prepared)
        let recipe = ContestRecipe(
            epochs: epochs, batchSize: batchSize, seeds: (0..<UInt64(seeds)).map { $0 })
        let pair = try MatchedPair(cnn: entry(cnn), rnn: entry(rnn), width: width, problem)
        let contest = try SequenceContest(
            recipe, training: splits.training, test: test, preparation: prepared, device: device)
        var figures: [ContestFigures] = []
        for (network, step) in zip(pair.contestants, pair.steps) {
            figures.append(
                try await ContestFigures(of: network.network, step: step, batchSize: batchSize, on: device))
        }
        let trainings = 2 * (recipe.learningRates.count * recipe.tuningSeeds.count + seeds)
        var done = 0
        let results = try await contest.results(of: pair.contestants) { event in
            switch event {
            case .tuned(let number, let rate, let accuracy):
                done += recipe.tuningSeeds.count
                StandardError.line(
                    "[\(done)/\(trainings)] \(pair.contestants[number].name), learning rate \(rate): "
                        + "\(accuracy?.percent ?? "diverged") on the held-out part")
            case .trained(let number, let run):
                done += 1
                StandardError.line(
                    "[\(done)/\(trainings)] \(pair.contestants[number].name), seed \(run.seed): "
                        + "\(run.accuracy?.percent ?? "diverged")")
            }
        }
        let report = SequenceContestReport(
            data: splits, problem: problem, recipe: recipe, pair: pair, figures: figures, results: results,
            majority: try Self.majority(of: splits.training, on: test))
        if let page { try replaceFile(at: page, with: Array(SequenceContestPage(report).html.utf8)) }
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
            if let page { try StandardOutput.line("\nwritten: \(page.onOneLine)") }
        }
    }

    /// The data with a test part.
    private func load() throws -> DataSplits {
        let splits = try SequenceData.load(data, options: try preparation.loading())
        for note in splits.notes { StandardError.notice("\(note)") }
        if splits.test != nil {
            guard testSplit == nil else {
                throw FoveaError(
                    .usage, "\(quoted(data)) has a test part, and --test-split asks for another.",
                    remedy: "Leave --test-split out.")
            }
            return splits
        }
        let divided = try DataDivision(
            heldOut: 0, heldOutTest: testSplit ?? 0.1, limitTrain: nil, limitVal: nil, seed: 0
        ).divided(splits)
        StandardError.line(
            "test    \((divided.test?.count ?? 0).grouped) of \(splits.training.count.grouped) sequences, held out "
                + "(--test-split \(testSplit ?? 0.1))")
        return divided
    }

    /// Throws ``FoveaError`` for mistakes that are evident before anything is loaded.
    private func check() throws {
        for (flag, count) in [("--epochs", epochs), ("--batch-size", batchSize), ("--width", width ?? 1)]
        where !(1...1_000_000).contains(count) {
            throw FoveaError(.usage, "\(flag) is \(count).", remedy: "Use 1 to 1,000,000.")
        }
        guard (2...1000).contains(seeds) else {
            throw FoveaError(
                .usage, "--seeds is \(seeds).", remedy: "Use 2 to 1,000: an interval needs several trainings.")
        }
        if let testSplit, !(testSplit > 0 && testSplit < 1) {
            throw FoveaError(
                .usage, "--test-split is \(testSplit), not a fraction between 0 and 1.",
                remedy: "Use for example 0.1 for every tenth example.")
        }
        if let page, page.fileExtension != "html" {
            throw FoveaError(
                .usage, "The page is HTML, and \(quoted(page)) does not end in .html.",
                remedy: "Name it for example contest.html.")
        }
        guard try !entry(cnn).isRecurrent else {
            throw FoveaError(
                .usage, "--cnn is `\(cnn)`, which has a memory.", remedy: "Use one with filters, such as tcn.")
        }
        guard try entry(rnn).isRecurrent else {
            throw FoveaError(.usage, "--rnn is `\(rnn)`, which has no memory.", remedy: "Use for example lstm.")
        }
    }

    private func entry(_ name: String) throws -> SequenceZoo.Entry {
        if let entry = SequenceZoo.entry(named: name) { return entry }
        let names = SequenceZoo.entries.map(\.name)
        let suggestion = nearestName(to: name, among: names).map { "Did you mean `\($0)`? " } ?? ""
        throw FoveaError(
            .usage, "There is no network over sequences named `\(name)`.",
            remedy: suggestion + "Known are \(names.joined(separator: ", ")).")
    }

    /// The accuracy of always giving the most frequent class of the training part.
    private static func majority(of training: any ExampleSource, on test: any ExampleSource) throws -> Double {
        let counts = Dictionary(try training.labels().map { ($0, 1) }, uniquingKeysWith: +)
        guard let label = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else { return 0 }
        let labels = try test.labels()
        return Double(labels.count { $0 == label }) / Double(max(1, labels.count))
    }
}
