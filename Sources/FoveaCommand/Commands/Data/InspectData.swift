import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaTraining

/// `fovea data inspect`
struct InspectData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Says what a data set holds, and what is wrong with it.",
        discussion: """
            Reads every picture, and finds what cannot be read, the same and nearly the same pictures (also in two parts or \
            classes), empty and missing classes, pictures of one colour, grey ones among coloured ones, and more. Nearly the \
            same pictures are looked for from 32 rows and columns on. Of series and texts it says how long they are, what their \
            channels or tokens hold, and what is missing, constant, or there twice. Notes are worth knowing; all else is wrong.
            """)

    @Argument(help: DataOptions.help)
    var data: String

    @Flag(help: "End with exit status 65 when something is wrong.")
    var strict = false

    @Option(
        help: ArgumentHelp(
            """
            Where to write the report as well: a page (.html) with the pictures of each problem, a contact sheet (.png), or \
            a folder for both.
            """, valueName: "path"))
    var out: String?

    @Option(
        help: ArgumentHelp(
            "Pieces in which texts are read: characters, bytes or words. (default: characters)", valueName: "kind"))
    var tokens: TokenKind?

    @OptionGroup(title: "Labels") var labels: LabelOptions
    @OptionGroup var random: SeedOptions
    @OptionGroup(title: "Labels") var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let out, FileKind(at: out) == .other {
            throw FoveaError(
                .cannotCreate, "\(quoted(out)) is a pipe, socket or device.", remedy: "Choose another name.")
        }
        if SequenceData.recognizes(data) { return try inspectSequences() }
        if tokens != nil {
            throw FoveaError(
                .usage, "--tokens is for texts, and \(quoted(data)) has none.", remedy: "Leave it out.")
        }
        let search = labels.labels ? try LabelSearch(labels, seed: random.seed, device: device.open()) : nil
        var inspection = DataInspection(of: try DataSurvey(data))
        if let (found, training) = try await search?.run(data) {
            inspection.add(
                labels: found.map { label in
                    (
                        label.index, training.classNames[label.suggested], label.probabilityOfGiven,
                        label.probabilityOfSuggested
                    )
                }, of: training)
        }
        let files = try out.map { try InspectionFiles(inspection, at: $0).paths } ?? []
        let report = InspectionReport(inspection, of: data, files: files)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
        try judge(inspection.problems)
    }

    /// Inspects series or texts.
    private func inspectSequences() throws {
        if let flag = out.map({ _ in "--out" }) ?? (labels.labels ? "--labels" : nil) {
            throw FoveaError(
                .usage, "\(flag) is for images, and \(quoted(data)) has sequences.", remedy: "Leave it out.")
        }
        // Missing values are counted instead of refused.
        var options = SequenceOptions(missing: .zero, tokens: tokens ?? .characters)
        options.requiresLabels = false
        let inspection = try SequenceInspection(of: SequenceData.load(data, options: options))
        let report = SequenceInspectionReport(inspection, of: data)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
        try judge(inspection.problems)
    }

    /// Throws with --strict when a problem is more than a note.
    private func judge(_ problems: [DataProblem]) throws {
        let count = problems.count { !$0.isNote }
        guard strict, count > 0 else { return }
        throw FoveaError(
            .badData, "\(quoted(data)) has \(count.grouped) problem\(count == 1 ? "" : "s").",
            remedy: "The report says which, and what to do.")
    }
}
