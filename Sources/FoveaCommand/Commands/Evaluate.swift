import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea evaluate`
struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a trained network on a data set.",
        discussion: """
            Where the network is a run that held out a part of the same data for validation (--val-split), `val` is that \
            part, and `train` the rest.
            """)

    @OptionGroup var model: TrainedModelOptions
    @OptionGroup var measurement: MeasurementOptions

    @Option(
        help: ArgumentHelp(
            "Part of the data. (default: the first of test, val and train that the data has)", valueName: "part"))
    var split: DataPart?

    @Option(
        help: ArgumentHelp(
            "Reliability diagram to write, an .svg file: how often answers are right that the network is so and so sure of.",
            valueName: "file"))
    var diagram: String?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try measurement.check()
        if let diagram { try ReliabilityDiagram.checkName(diagram) }
        let reference = try ModelReference(model.model)
        if let folder = reference.sequenceRun { return try await evaluate(folder) }
        let device = try device.open()
        let splits = try measurement.load(for: reference)
        let badFiles = measurement.record(splits)
        let part = try MeasuredPart(split, of: splits, named: measurement.data, for: reference)
        let saved = try model.load(reference, data: splits)
        part.compareClassNames(with: saved.classNames)
        let classifier = try await Classifier(saved, device: device)
        await classifier.shortenedName?.report(saved.weightsPath)
        let evaluation = try await classifier.evaluate(
            part.source, preprocessing: saved.preprocessing, averaging: model.tta, leavingOut: badFiles.leavingOut)
        if let diagram {
            let title = "\(model.model) on \(part.part.rawValue) of \(measurement.data)"
            try replaceFile(
                at: diagram, with: Array(ReliabilityDiagram(evaluation, title: title).svg.utf8))
        }
        let report = EvaluationReport(evaluation, part: part.part)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
            if let diagram { try StandardOutput.line("\nwritten: \(diagram.onOneLine)") }
        }
    }

    /// Measures a network over sequences.
    private func evaluate(_ folder: RunFolder) async throws {
        if model.tta != .none || diagram != nil {
            throw FoveaError(
                .usage, "\(diagram == nil ? "--tta" : "--diagram") is for networks for images.", remedy: "Leave it out."
            )
        }
        var saved = try SavedSequenceModel(folder, weightsPath: model.weights)
        let device = try device.open()
        var loading = saved.loading
        if let file = measurement.classesFile { loading.classes = try ClassesFile(path: file) }
        let splits = try SequenceData.load(measurement.data, options: loading)
        let part = try MeasuredPart(split, of: splits, named: measurement.data, for: .run(folder))
        saved = try saved.taking(steps: part.source.longestSequence ?? 0)
        let predictor = try await Predictor(saved, device: device)
        if saved.preparation.question != .itsClass {
            let evaluation = try await TargetEvaluation(
                of: part.source, by: predictor, saved.preparation, forecastNames: saved.forecastNames)
            let report = TargetEvaluationReport(evaluation: evaluation, part: part.part)
            return output.json ? try StandardOutput.document(report.json) : try StandardOutput.line(report.text)
        }
        let evaluation =
            try await predictor
            .classEvaluation(of: part.source, transforms: [saved.preparation])
        let report = EvaluationReport(evaluation, part: part.part, of: "sequence")
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}
