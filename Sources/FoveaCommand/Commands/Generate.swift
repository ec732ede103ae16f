import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import FoveaTraining

/// `fovea generate`
struct Generate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate", abstract: "Writes texts with a network that was trained on texts.",
        discussion: """
            The network is one that `fovea train --next-token` made: it says how probable each token is after those before it, and \
            one is drawn. A text ends where the network says so.
            """)

    @Option(help: ArgumentHelp("Run of a training with --next-token.", valueName: "run"))
    var model: String

    @Option(
        help: ArgumentHelp("Weights to use, a .safetensors file. (default: the run's best)", valueName: "file"))
    var weights: String?

    @Option(help: ArgumentHelp("What all texts begin with.", valueName: "text"))
    var prompt = ""

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of texts.", valueName: "number"))
    var count = 10

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Most tokens of a text, the prompt not counted.", valueName: "number")
    )
    var length = 100

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How daring: 0 always takes the most probable token, 1 draws as the network says.", valueName: "number"))
    var temperature = 1.0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seed of what is drawn: the same seed writes the same texts.", valueName: "number"))
    var seed: UInt64 = 42

    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        for (flag, number, most) in [("--count", count, 1_000), ("--length", length, 100_000)]
        where !(1...most).contains(number) {
            throw FoveaError(.usage, "\(flag) is \(number).", remedy: "Use 1 to \(most.grouped).")
        }
        guard temperature >= 0, temperature <= 100 else {
            throw FoveaError(.usage, "--temperature is \(temperature).", remedy: "Use 0 to 100; 1 is usual.")
        }
        let reference = try ModelReference(model)
        guard let folder = reference.sequenceRun else {
            throw FoveaError(
                .usage, "\(quoted(model)) is no run of a network over texts.",
                remedy: "Give the folder that `fovea train --next-token` wrote.")
        }
        let saved = try SavedSequenceModel(folder, weightsPath: weights)
        let generator = try await TextGenerator(saved, prompt: prompt, length: length, on: device.open())
        let texts = try await generator.texts(count, temperature: temperature, seed: seed)
        if output.json {
            try StandardOutput.document(.array(texts.map(JSONValue.string)))
        } else {
            for text in texts { try StandardOutput.line(text.onOneLine) }
        }
    }
}
