import ArgumentParser
import FoveaFormats
import FoveaNN

/// `fovea summary`
struct Summarize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Shows a network layer by layer.",
        discussion: """
            Multiply-adds are for one image. The receptive field is the part of the image that one position of a layer's \
            result depends on.
            """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let network = try network.network()
        let report = SummaryReport(try Summary(of: network.layer, input: network.input), input: network.input)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }
}
