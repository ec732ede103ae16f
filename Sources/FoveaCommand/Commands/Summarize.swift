import ArgumentParser
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaTraining

/// `fovea summary`
struct Summarize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Shows a network layer by layer.",
        discussion: """
            Multiply-adds are for one image. The receptive field is the part of the image that one position of a layer's \
            result depends on.
            """)

    @Option(help: ArgumentHelp("A network of the zoo, or a run folder.", valueName: "name|folder"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "The image as channels, height and width: 3x224x224. (default: what the network was made for)",
            valueName: "CxHxW"))
    var input: ImageSize?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The number of classes. (default: 10, or those of the run)", valueName: "count"))
    var classes: Int?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let classes, !(1...1_000_000).contains(classes) {
            throw FoveaError(.usage, "--classes is \(classes).", remedy: "Use 1 to 1,000,000.")
        }
        let entry: ModelZoo.Entry
        var shape: Shape
        var count = 10
        switch try ModelReference(model) {
        case .zoo(let named): (entry, shape) = (named, named.input)
        case .run(let folder):
            entry = try ModelZoo.entry(named: folder.model.architecture)
            shape = try Shape(validating: folder.model.input)
            count = folder.model.classes
        }
        if let input { shape = try Shape(validating: input.extents) }
        let summary = try Summary(of: entry.make(classes ?? count), input: shape)
        let report = SummaryReport(summary, input: shape)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}

/// The size of an image as the command line gives it: `3x224x224`.
struct ImageSize: ExpressibleByArgument {
    let extents: [Int]

    /// Nil unless the text is three whole numbers from 1 to 65,536.
    init?(argument: String) {
        let parts = argument.split(separator: "x", omittingEmptySubsequences: false)
        let extents = parts.compactMap { part in part.allSatisfy(\.isNumber) ? Int(part) : nil }
        guard parts.count == 3, extents.count == 3, extents.allSatisfy((1...65536).contains) else { return nil }
        self.extents = extents
    }
}
