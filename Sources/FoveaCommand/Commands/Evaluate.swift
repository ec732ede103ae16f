import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea evaluate`
struct Evaluate: AsyncParsableCommand {
    /// The parts of a data set, by their names on the command line.
    enum Split: String, CaseIterable, ExpressibleByArgument {
        case test, val, train
    }

    /// The treatments of bad files that leave a measurement of the data.
    enum Measurable: String, CaseIterable, ExpressibleByArgument {
        case error, skip

        var rule: BadFiles { self == .error ? .error : .skip }
    }

    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a trained network on a data set.")

    @OptionGroup var model: TrainedModelOptions

    @Option(help: DataOptions.help)
    var data: String

    @Option(
        help: ArgumentHelp("Part of the data. (default: the first of these that the data has)", valueName: "part")
    )
    var split: Split?

    @Option(help: DataOptions.classesFileHelp)
    var classesFile: String?

    @Option(
        help: ArgumentHelp(
            """
            Treatment of image files that cannot be read: error, or skip, which leaves out at most 1 % of them, or ten.
            """, valueName: "rule"))
    var badFiles = Measurable.error

    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let limits = try imageLimits.limits
        let reference = try ModelReference(model.model)
        let device = try device.open()
        let splits = try loadData(reference, limits)
        let badFiles = BadFileRecord(badFiles.rule, splits)
        if let files = splits.files { StandardError.line("\(quoted(data)): \(files.text)") }
        badFiles.report()
        let part = try part(of: splits)
        let saved = try model.load(reference) { entry in
            let sizing = try splits.sizing(for: entry)
            return (splits.training.classNames, try Preprocessing(fittedTo: splits.training, sizing: sizing))
        }
        compareClassNames(saved, part)
        let classifier = try await Classifier(saved, device: device)
        await classifier.shortenedName?.report(saved.weightsPath)
        let evaluation = try await classifier.evaluate(
            part, preprocessing: saved.preprocessing, averaging: model.tta, leavingOut: badFiles.leavingOut)
        let report = EvaluationReport(evaluation)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    /// The data, with its classes in the order of the model's where they are the same.
    private func loadData(_ reference: ModelReference, _ limits: ImageLimits) throws -> DataSplits {
        func load(_ classes: ClassesFile? = nil) throws -> DataSplits {
            try DataSource.load(data, classes: classes, badFiles: badFiles.rule, limits: limits)
        }
        if let classesFile { return try load(ClassesFile(path: classesFile)) }
        let splits = try load()
        guard case .run(let folder) = reference, splits.files != nil else { return splits }
        let (own, names) = (splits.training.classNames, folder.model.classNames)
        guard own != names, own.count == names.count, Set(own) == Set(names) else { return splits }
        return try load(ClassesFile(names: names, source: "the model"))
    }

    private func part(of splits: DataSplits) throws -> any ExampleSource {
        let parts: [(Split, (any ExampleSource)?)] = [
            (.test, splits.test), (.val, splits.validation), (.train, splits.training),
        ]
        let there = parts.compactMap { name, part in part.map { (name: name, dataset: $0) } }
        if let found = there.first(where: { split == nil || $0.name == split }) { return found.dataset }
        let names = there.map { "`\($0.name)`" }.joined(separator: ", ")
        throw FoveaError(
            .missingInput, "The data `\(data)` has no part `\(split?.rawValue ?? "")`.", remedy: "It has \(names).")
    }

    /// Warns when classes have other names; the classifier refuses another number of classes.
    private func compareClassNames(_ saved: SavedModel, _ part: any ExampleSource) {
        guard saved.classNames.count == part.classNames.count else { return }
        let differences = zip(saved.classNames, part.classNames).filter { $0 != $1 }
        guard let first = differences.first else { return }
        StandardError.notice(
            "\(differences.count) of \(part.classNames.count) classes have other names in the model: "
                + "\(quoted(first.1)) of the data is \(quoted(first.0)) of the model; figures are by position")
    }
}
