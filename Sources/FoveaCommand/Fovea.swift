import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// The command line: `fovea`, with a subcommand for everything it does.
struct Fovea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fovea",
        abstract: "Trains, evaluates and runs convolutional networks.",
        discussion: """
            Start with `fovea demo`. Results go to standard output, progress and errors to standard error; --json gives \
            results that programs can read.
            """,
        version: FoveaVersion.current,
        subcommands: [
            Demo.self, Train.self, FineTune.self, Evaluate.self, Calibrate.self, Compare.self, Predict.self,
            Generate.self,
            Features.self,
            Similar.self,
            DataCommand.self, Summarize.self, ListModels.self,
            Benchmark.self, Doctor.self,
        ])
}

extension Fovea {
    /// The command that the arguments ask for.
    ///
    /// - Throws: ``FoveaError`` that suggests the nearest name when the first word is not a command, or when an option
    ///   does not belong to the command; otherwise the argument parser's error, which would report a missing option
    ///   before a mistyped one.
    static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        do {
            return try parseAsRoot(arguments)
        } catch {
            try expectKnownNames(in: arguments)
            throw error
        }
    }

    private static func expectKnownNames(in arguments: [String]) throws {
        guard let word = arguments.first, !word.hasPrefix("-"), word != "help" else { return }
        var command = try subcommand(named: word, of: Fovea.self)
        var words = word
        // A group of commands, such as `data`, is followed by one of them.
        if !command.configuration.subcommands.isEmpty {
            guard let next = arguments.dropFirst().first, !next.hasPrefix("-") else { return }
            command = try subcommand(named: next, of: command)
            words += " \(next)"
        }
        let help = helpMessage(for: command)
        let known = Set(help.matches(of: /--[a-z][a-z-]*/).map { String($0.output) })
        for argument in arguments.prefix(while: { $0 != "--" }) where argument.hasPrefix("--") {
            let name = String(argument.prefix { $0 != "=" })
            guard !known.contains(name) else { continue }
            throw FoveaError(
                .usage, "`fovea \(words)` has no option \(quoted(name)).",
                remedy: suggestion(for: name, among: known.sorted()) + "`fovea \(words) --help` lists them.")
        }
    }

    private static func subcommand(named name: String, of group: any ParsableCommand.Type) throws
        -> any ParsableCommand.Type
    {
        let commands = group.configuration.subcommands
        if let command = commands.first(where: { $0.configuration.commandName == name }) { return command }
        let names = commands.compactMap { $0.configuration.commandName }
        let group = group.configuration.commandName.map { $0 == "fovea" ? "" : " in `fovea \($0)`" } ?? ""
        throw FoveaError(
            .usage, "There is no command \(quoted(name))\(group).",
            remedy: suggestion(for: name, among: names) + "Known commands: \(names.joined(separator: ", ")).")
    }

    private static func suggestion(for name: String, among names: [String]) -> String {
        nearestName(to: name, among: names).map { "Did you mean `\($0)`? " } ?? ""
    }
}
