import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea predict`
struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Classifies images.",
        discussion: """
            Images are resized to what the network was trained with. Files that cannot be read are named on standard \
            error, and the others are classified; the exit status then says what was wrong. Where `fovea calibrate` has chosen \
            a threshold, images of which the network is less sure are `not sure`.
            """)

    @OptionGroup var model: TrainedModelOptions

    @Argument(help: "Image files, or folders that hold them.")
    var inputs: [String]

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of classes to list for each image. (default: 3, or all if there are fewer)", valueName: "count"))
    var top: Int?

    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let imageLimits = try imageLimits.limits
        let saved = try model.load(try ModelReference(model.model)) { _ in
            throw FoveaError(
                .usage, "A network of the zoo has neither preprocessing nor names of classes.",
                remedy: "Give a run folder, and --weights to use others than its best.")
        }
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

    private func limit(classes: Int) throws -> Int {
        guard let top else { return min(3, classes) }
        guard (1...classes).contains(top) else {
            throw FoveaError(
                .usage, "--top is \(top), and the model has \(classes) classes.", remedy: "Use 1 to \(classes).")
        }
        return top
    }
}
