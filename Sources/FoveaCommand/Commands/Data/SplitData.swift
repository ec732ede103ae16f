import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// `fovea data split`
struct SplitData: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split", abstract: "Divides images into parts, as a table that --data takes.",
        discussion: """
            Each class gives the same fraction. With the same seed the validation part is that of `fovea train --val-split`. \
            The table has paths relative to its folder, and images must lie below that.
            """)

    @Argument(help: "A folder with a folder of images for each class, or a .csv of `path,label`.")
    var data: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Fraction of every class for validation. (default: 0.2 where the data has no validation part)",
            valueName: "fraction"))
    var valSplit: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Fraction of every class for testing. (default: none)", valueName: "fraction"))
    var testSplit: Double?

    @Option(help: ArgumentHelp("Table to write, which must not exist.", valueName: "file"))
    var out = "split.csv"

    @OptionGroup var random: SeedOptions
    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        for (flag, fraction) in [("--val-split", valSplit), ("--test-split", testSplit)] {
            if let fraction, !(fraction >= 0 && fraction < 1) {
                throw FoveaError(
                    .usage, "\(flag) is \(fraction), not a fraction from 0 to below 1.",
                    remedy: "Use for example 0.2 for every fifth example.")
            }
        }
        if FileKind(at: out, followingLinks: false) != nil {
            throw FoveaError(
                .cannotCreate, "\(quoted(out)) exists already.", remedy: "Choose another name with --out, or remove it."
            )
        }
        let splits = try DataSource.load(data, badFiles: .error, limits: imageLimits.limits)
        let table = try SplitTable(
            of: splits, validation: valSplit ?? (splits.validation == nil ? 0.2 : nil), test: testSplit,
            seed: random.seed, folder: parentFolder(of: out))
        try replaceFile(at: out, with: Array(table.text.utf8))
        let counts = DataPart.allCases.compactMap { part in table.counts[part].map { (part.rawValue, $0) } }
        if output.json {
            try StandardOutput.document([
                "path": .string(out), "splits": JSONValue(fields: counts.map { ($0, .integer($1)) }),
            ])
        } else {
            let text = counts.map { "\($1.grouped) \($0)" }.joined(separator: ", ")
            try StandardOutput.line("\(out.onOneLine): \(text)")
        }
    }
}
