import ArgumentParser

/// `fovea compare`
struct Compare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare", abstract: "Says which of several networks is better, and whether it may be chance.",
        discussion: """
            `fovea compare RUN RUN…` measures runs on the same images; `fovea compare cnn rnn` trains a network with filters and \
            one with a memory on the same sequences, by the same recipe.
            """,
        subcommands: [CompareRuns.self, CompareSequences.self], defaultSubcommand: CompareRuns.self)
}
