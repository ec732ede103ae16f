import ArgumentParser

/// `fovea data`
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Looks at data before a network learns from it.",
        subcommands: [
            InspectData.self, PreviewData.self, SplitData.self, FetchData.self, BenchmarkLoading.self,
        ])
}
