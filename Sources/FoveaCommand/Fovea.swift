import ArgumentParser
import FoveaFormats
import FoveaGraph

/// The command line: `fovea`, with a subcommand for everything it does.
struct Fovea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fovea",
        abstract: "Trains, measures and uses convolutional networks.",
        discussion: """
            Start with `fovea demo`. Results go to standard output, progress and errors to standard error; --json gives \
            results that programs can read.
            """,
        version: FoveaVersion.current,
        subcommands: [
            Demo.self, Train.self, Evaluate.self, Summarize.self, ListModels.self, Doctor.self,
        ])

    /// - Throws: ``FoveaError`` that suggests the nearest command when the first word is none.
    static func expectKnownCommand(in arguments: [String]) throws {
        guard let word = arguments.first, !word.hasPrefix("-") else { return }
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard word != "help", !names.contains(word) else { return }
        let suggestion = nearestName(to: word, among: names).map { "Did you mean `\($0)`? " } ?? ""
        throw FoveaError(
            .usage, "There is no command \(quoted(word)).",
            remedy: "\(suggestion)Known commands: \(names.joined(separator: ", ")).")
    }
}
