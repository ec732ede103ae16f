import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea calibrate`
struct Calibrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate", abstract: "Makes a run's probabilities mean what they say.",
        discussion: """
            Fits one number, the temperature, to images that the network was not trained on, and writes it into the run's \
            model.json, where predict and evaluate find it. With --wanted-precision a threshold is chosen, too, below which \
            predict says that it is not sure. No answer changes.
            """)

    @Option(help: ArgumentHelp("Run folder.", valueName: "folder"))
    var model: String

    @OptionGroup var measurement: MeasurementOptions

    @Option(
        help: ArgumentHelp(
            "Part of the data; where the run held out a part of these data, val is that part.", valueName: "part"))
    var split = DataPart.validation

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of right answers, such as 0.95, among those that are given. (default: all are given)",
            valueName: "fraction"))
    var wantedPrecision: Double?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try measurement.check()
        if let wantedPrecision { try AnswerThreshold.check(wantedPrecision) }
        let reference = try ModelReference(model)
        guard case .run(var folder) = reference else {
            throw FoveaError(
                .usage, "`\(model)` is a network of the zoo, which has no trained weights of its own.",
                remedy: "Give a run folder.")
        }
        let device = try device.open()
        let splits = try measurement.load(for: reference)
        let badFiles = measurement.record(splits)
        let part = try MeasuredPart(split, of: splits, named: measurement.data, for: reference)
        if part.isRecreated, part.part == .training {
            StandardError.notice(
                "a network is surer of images that it was trained on: use --split val, or images that it has not seen")
        }
        let saved = try SavedModel(folder)
        part.compareClassNames(with: saved.classNames)
        let calibration = try await Classifier(saved, device: device).calibrate(
            on: part.source, preprocessing: saved.preprocessing, wantedPrecision: wantedPrecision,
            leavingOut: badFiles.leavingOut)
        calibration.reportDoubts()
        try folder.save(calibration.forModel)
        let report = CalibrationReport(calibration, part: part.part, path: folder.modelPath)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}
