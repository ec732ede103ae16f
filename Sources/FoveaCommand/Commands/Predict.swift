import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea predict`
struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Classifies images, series of numbers, or texts.",
        discussion: """
            Images are resized to what the network was trained with. Files that cannot be read are named on standard \
            error, and the others are classified; the exit status then says what was wrong. Where `fovea calibrate` has chosen \
            a threshold, images of which the network is less sure are `not sure`. A network over sequences takes files of series, \
            and classifies each of them; one over texts takes files with a text on each line, or texts themselves.
            """)

    @OptionGroup var model: TrainedModelOptions

    @Argument(help: "Image files, or folders that hold them; for a network over sequences, files of series, or texts.")
    var inputs: [String]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of classes to list for each image. (default: 3, or all if there are fewer)", valueName: "count"))
    var top: Int?

    @Option(
        help: ArgumentHelp(
            """
            File with the names of the classes of a network of the zoo, one a line, in the order of its outputs. (default: \
            those that the metadata of its weights have, or numbers from 0)
            """, valueName: "file"))
    var classesFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Height and width of the images of a network of the zoo. (default: its usual ones)", valueName: "pixels"))
    var imageSize: Int?

    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let imageLimits = try imageLimits.limits
        let reference = try ModelReference(model.model)
        if let folder = reference.sequenceRun { return try await predict(folder) }
        let saved = try model.load(reference, classNames: classNames(of: reference), imageSize: imageSize)
        let limit = try limit(classes: saved.classNames.count)
        let files = try ImageFiles(inputs)
        let classified = try await ImageClassification(
            saved, limit: limit, averaging: model.tta, imageLimits: imageLimits
        ).run(files.paths, on: device.open())
        let report = PredictionReport(classified.results, of: saved)
        if output.json {
            try StandardOutput.document(report.json)
        } else if !classified.results.isEmpty {
            try StandardOutput.line(report.text)
        }
        try classified.refusals.report(among: files.paths.count, "classified")
    }

    /// The classes that the options name.
    ///
    /// - Throws: ``FoveaError`` when they are a run's, which has its own, or when their file is damaged.
    private func classNames(of reference: ModelReference) throws -> [String]? {
        if case .run = reference,
            let option = classesFile.map({ _ in "--classes-file" }) ?? imageSize.map({ _ in "--image-size" })
        {
            throw FoveaError(
                .usage, "\(option) belongs to networks of the zoo, and a run has its own.", remedy: "Leave it out.")
        }
        return try classesFile.map { try ClassesFile(path: $0).names }
    }

    private func limit(classes: Int) throws -> Int {
        guard let top else { return min(3, classes) }
        guard (1...classes).contains(top) else {
            throw FoveaError(
                .usage, "--top is \(top), and the model has \(classes) classes.", remedy: "Use 1 to \(classes).")
        }
        return top
    }

    /// Classifies the series of files.
    private func predict(_ folder: RunFolder) async throws {
        _ = try classNames(of: .run(folder))
        let saved = try SavedSequenceModel(folder, weightsPath: model.weights)
        if saved.preparation.question != .itsClass {
            if top != nil {
                throw FoveaError(.usage, "--top is for classes of whole sequences.", remedy: "Leave it out.")
            }
            let report = try await TargetPredictions(saved, inputs: inputs, on: device.open())
            return output.json ? try StandardOutput.document(report.json) : try StandardOutput.line(report.text)
        }
        let limit = try limit(classes: saved.classNames.count)
        let report = try await SequencePredictions(
            saved, inputs: inputs, limit: limit, on: device.open())
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}
