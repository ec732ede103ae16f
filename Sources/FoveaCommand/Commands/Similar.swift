public import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
public import FoveaTraining

/// `fovea similar`
struct Similar: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "similar", abstract: "Finds the images that a network takes for most similar to one.",
        discussion: """
            All images are compared, by the distance between their features. The picture itself is left out where it is \
            among them. A file of `fovea features` in place of the folder saves computing the features again; it must come \
            from the same weights, layer and image size. With --duplicates no picture is given, and pairs that are alike are \
            listed.
            """)

    @Argument(help: "Picture to compare with the others.")
    var picture: String?

    @Option(
        name: .customLong("in"),
        help: ArgumentHelp(
            "Folder of images to search, or a file of their features: .safetensors or .npy.", valueName: "folder|file"))
    var place: String

    @OptionGroup var features: FeatureOptions

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of images to list.", valueName: "count"))
    var top = 10

    @Option(help: "Distance between features: cosine is 1 minus the cosine of the angle between them.")
    var metric = NearestNeighbours.Metric.cosine

    @Flag(help: "List pairs of images that are near duplicates of each other.")
    var duplicates = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Largest distance of near duplicates. (default: 0.05)", valueName: "distance"))
    var threshold: Double?

    @Option(
        help: ArgumentHelp(
            "File to write the features of the folder to: .safetensors, .npy or .csv.", valueName: "file"))
    var save: String?

    @Option(help: ArgumentHelp("PNG file to write, a sheet of the pictures found.", valueName: "file"))
    var sheet: String?

    @OptionGroup var imageLimits: ImageLimitOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try check()
        let limits = try imageLimits.limits
        let stored = FileKind(at: place) == .folder ? nil : try FeatureTable(reading: place)
        let files = try stored == nil ? ImageFiles([place]).paths : []
        let device = try device.open()
        let extractor = try await features.extractor(like: stored?.origin, on: device)
        if let stored { try extractor.origin.expectSame(as: stored.origin, inFileAt: place) }
        let computing = ImageFeatures(extractor: extractor, imageLimits: limits)
        let query = try await picture.asyncMap { try await Self.features(of: $0, by: computing) }
        let (table, refusals) =
            if let stored { (stored as FeatureTable?, Refusals()) } else { try await computing.table(of: files) }
        if let table {
            if let save { try table.write(to: save) }
            let search = SimilarImages(table: table, metric: metric)
            let found =
                if let picture, let query {
                    try search.neighbours(of: picture, query, limit: top)
                } else {
                    try await search.duplicates(within: threshold ?? 0.05, on: device)
                }
            try report(found)
        }
        try refusals.report(among: files.count, "read")
    }

    /// Throws ``FoveaError`` for options that make no sense together, before anything is read.
    private func check() throws {
        guard duplicates != (picture != nil) else {
            throw FoveaError(
                .usage,
                duplicates ? "--duplicates compares all images, and a picture is given." : "No picture is given.",
                remedy: "Name one picture, or use --duplicates.")
        }
        guard threshold == nil || duplicates else {
            throw FoveaError(.usage, "--threshold belongs to --duplicates.", remedy: "Use --top, or add --duplicates.")
        }
        if let threshold, !(threshold >= 0 && threshold.isFinite) {
            throw FoveaError(.usage, "--threshold is \(threshold).", remedy: "Use a number from 0 on.")
        }
        guard (1...1_000_000).contains(top) else {
            throw FoveaError(.usage, "--top is \(top).", remedy: "Use 1 to 1,000,000.")
        }
        guard FileKind(at: place) != nil else {
            throw FoveaError(
                .missingInput, "There is no folder or file \(quoted(place)).", remedy: "Check the path after --in.")
        }
        if let save {
            _ = try FeatureTable.Format(path: save)
            guard FileKind(at: place) == .folder else {
                throw FoveaError(
                    .usage, "--save writes the features of a folder, and \(quoted(place)) is none.",
                    remedy: "Leave it out.")
            }
        }
    }

    private static func features(of picture: String, by computing: ImageFeatures) async throws -> [Float] {
        let (table, refusals) = try await computing.table(of: [picture])
        try refusals.report(among: 1, "read")
        return table?.features.floats ?? []
    }

    private func report(_ found: SimilarImages.Found) throws {
        if let sheet {
            let made = found.sheet
            try replaceFile(at: sheet, with: made.image.png())
            if let first = made.unreadable.first {
                let others = made.unreadable.count > 1 ? " and \((made.unreadable.count - 1).grouped) more" : ""
                StandardError.notice("the sheet lacks \(quoted(first))\(others), which cannot be read")
            }
        }
        if let seconds = found.seconds {
            StandardError.line(
                "compared with \(found.count.grouped) × \(found.width.grouped) features in \((1000 * seconds).significant) ms"
            )
        }
        if output.json {
            try StandardOutput.document(found.json)
        } else {
            try StandardOutput.line(found.text)
        }
    }
}

extension NearestNeighbours.Metric: ExpressibleByArgument {}
