import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea features`
struct Features: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "features", abstract: "Writes what a layer of a network makes of images: their embeddings.",
        discussion: """
            The file has a row of numbers for each image. As .safetensors it also says what the features come from, and the \
            paths of the images; as .npy these are in FILE.npy.json beside it; as .csv each row begins with the path. \
            `fovea similar` reads the first two. Files that cannot be read are named on standard error, and the others are \
            written; the exit status then says what was wrong.
            """)

    @OptionGroup var features: FeatureOptions

    @Argument(help: "Image files, or folders that hold them.")
    var inputs: [String]

    @Option(help: ArgumentHelp("File to write: .safetensors, .npy or .csv.", valueName: "file"))
    var out: String

    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        _ = try FeatureTable.Format(path: out)
        let limits = try imageLimits.limits
        let files = try ImageFiles(inputs)
        let extractor = try await features.extractor(on: device.open())
        let computed = try await ImageFeatures(extractor: extractor, imageLimits: limits).table(of: files.paths)
        if let table = computed.table {
            try table.write(to: out)
            if output.json {
                try StandardOutput.document([
                    "path": .string(out), "count": .integer(table.count), "size": .integer(table.width),
                    "layer": .string(table.origin.layer),
                ])
            } else {
                try StandardOutput.line(
                    "written: \(out.onOneLine), \(table.count.grouped) × \(table.width.grouped) features of `\(table.origin.layer)`"
                )
            }
        }
        try computed.refusals.report(among: files.paths.count, "read")
    }
}
