import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaTraining

/// `fovea compare RUN RUN…`
struct CompareRuns: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs", abstract: "Says which of several runs is better, and whether it may be chance.",
        discussion: """
            All runs answer the same images. Each accuracy has its 95 % interval (Wilson); each pair of runs is compared by \
            McNemar's exact test, with Holm's correction for the number of pairs. Runs must have the same classes, in any order; \
            images may have another size for each.
            """)

    @Argument(help: "Run folders, at least two.")
    var runs: [String]

    @OptionGroup var measurement: MeasurementOptions

    @Option(
        help: ArgumentHelp(
            "Part of the data. (default: the first of test, val and train that the data has; a part that the runs held out is val)",
            valueName: "part"))
    var split: DataPart?

    @Option(
        help:
            "Views of each image whose probabilities are averaged: none is the image alone, flip adds its mirror image."
    )
    var tta = TestTimeAugmentation.none

    @Option(
        help: ArgumentHelp(
            "Sheet of images on which runs disagree to write, a .png file, with the true class and each run's answer.",
            valueName: "file"))
    var disagreements: String?

    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try check()
        let folders = try runs.map { try RunFolder(opening: $0) }
        let device = try device.open()
        let compared = try ComparedData(folders, measurement, split)
        var answers: [ComparedRuns.Answers] = []
        for (path, folder) in zip(runs, folders) {
            let saved = try SavedModel(folder)
            let classified = try await Classifier(saved, device: device).classify(
                compared.part.source, preprocessing: saved.preprocessing, averaging: tta,
                leavingOut: compared.badFiles.leavingOut)
            answers.append(
                ComparedRuns.Answers(run: path, architecture: saved.architecture, classified, saved.classNames))
        }
        let result = try ComparedRuns(answers, classNames: compared.classNames)
        if let disagreements {
            let sheet = try DisagreementSheet(result, of: compared.part.source).image
            try replaceFile(at: disagreements, with: sheet.png())
        }
        let report = ComparisonReport(result, part: compared.part.part, sheet: disagreements)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    /// Throws ``FoveaError`` for mistakes that are evident before anything is loaded.
    private func check() throws {
        try measurement.check()
        guard runs.count > 1 else {
            throw FoveaError(.usage, "There is one run to compare.", remedy: "Give at least two run folders.")
        }
        let names = runs.map(\.withoutTrailingSlashes)
        if let twice = names.indices.first(where: { names[..<$0].contains(names[$0]) }) {
            throw FoveaError(.usage, "\(quoted(names[twice])) is given twice.", remedy: "Name each run once.")
        }
        if let disagreements, disagreements.fileExtension != "png" {
            throw FoveaError(
                .usage, "The sheet is a PNG picture, and \(quoted(disagreements)) does not end in .png.",
                remedy: "Name it for example disagreements.png.")
        }
    }
}
