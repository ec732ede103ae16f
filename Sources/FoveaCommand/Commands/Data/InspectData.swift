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
            same pictures are looked for from 32 rows and columns on. Notes are worth knowing; all else is wrong.
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

    @OptionGroup(title: "Labels") var labels: LabelOptions
    @OptionGroup var random: SeedOptions
    @OptionGroup(title: "Labels") var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let out, FileKind(at: out) == .other {
            throw FoveaError(
                .cannotCreate, "\(quoted(out)) is a pipe, socket or device.", remedy: "Choose another name.")
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
        guard strict, inspection.isWrong else { return }
        let count = inspection.problems.count { !$0.isNote }
        throw FoveaError(
            .badData, "\(quoted(data)) has \(count.grouped) problem\(count == 1 ? "" : "s").",
            remedy: "The report says which, and what to do.")
    }
}
