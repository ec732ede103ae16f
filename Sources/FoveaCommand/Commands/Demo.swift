import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaTraining

/// `fovea demo`
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Trains LeNet-5 to read handwritten digits while you watch.",
        discussion: """
            Needs no data: Fovea draws the digits itself. Writes a run folder, as `fovea train` does, and takes less than a \
            minute.
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Number of epochs.", valueName: "count"))
    var epochs = 8

    @Option(
        help: ArgumentHelp(
            "Run folder to write, which must not exist. (default: runs/train/lenet5-glyphs-N)", valueName: "folder"))
    var out: String?

    @OptionGroup var random: SeedOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        var arguments = ["--data", "glyphs", "--model", "lenet5", "--epochs", "\(epochs)", "--schedule", "one-cycle"]
        arguments += ["--lr", "0.003", "--seed", "\(random.seed)"] + device.arguments
        if let out { arguments += ["--out", out] }
        if output.json { arguments.append("--json") }
        let command = ["fovea", "train"] + arguments
        StandardError.line("A convolutional network learns to read digits. This is what happens:")
        StandardError.line("  \(command.joined(separator: " ").onOneLine)\n")
        let outcome = try await Train.parse(arguments).carryOut(command: command)
        guard !output.json else { return }
        let folder = outcome.folder.path.onOneLine
        let gallery = try await Gallery(outcome.folder, on: device.open())
        try StandardOutput.line("\n\(gallery.text)\n")
        try StandardOutput.line(
            """
            Next:
              fovea summary --model \(folder)
              fovea evaluate --model \(folder) --data glyphs
              fovea train --data glyphs --model smallcnn
            """)
    }
}
