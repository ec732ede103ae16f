import ArgumentParser
import FoveaCPU
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// `fovea summary`
struct Summarize: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Shows a network layer by layer.",
        discussion: """
            Multiply-adds are for one image, or one sequence of all steps. The receptive field is the part of the image, or the \
            number of steps, that one position of a layer's result depends on.
            """)

    @OptionGroup var network: NetworkOptions
    @OptionGroup var sequences: SequenceNetworkOptions

    @Flag(
        help: """
            For a network over series: how strongly its result depends on each step, the norm of the gradient, with the run's \
            weights, or at the start of training.
            """)
    var gradients = false

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let report: SummaryReport
        if let found = try sequences.network(network) {
            let summary = try Summary(of: found.network)
            report = SummaryReport(
                summary, input: found.input, isOfSequences: true, gradients: gradients ? try await reach(found) : nil)
        } else {
            guard !gradients else {
                throw FoveaError(
                    .usage, "--gradients is for networks over series, and `\(network.model)` is one for images.",
                    remedy: "Leave it out.")
            }
            let network = try network.network()
            report = SummaryReport(try Summary(of: network.layer, input: network.input), input: network.input)
        }
        for warning in report.warnings { StandardError.notice(warning) }
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    private func reach(_ found: SequenceNetworkOptions.Network) async throws -> GradientReach {
        let weights = try found.weightsPath.map {
            try WeightsFile(at: $0).weights(for: found.network.parameters)
        }
        // By sizes, so that every machine shows the same.
        let backend = try CPUBackend(threads: 1, kernels: KernelSelection(.fixed))
        return try await GradientReach(of: found.network, weights: weights, on: Device(backend))
    }
}
