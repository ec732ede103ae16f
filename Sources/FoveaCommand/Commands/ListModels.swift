import ArgumentParser
import FoveaFoundation
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// `fovea models`
struct ListModels: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "Lists the networks of the zoo.",
        discussion: """
            Parameters and multiply-adds are for the image and the number of classes that a network was made for.
            """)

    @Argument(help: "Part of a name, or a pattern such as 'resnet*'.")
    var pattern: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let entries = ModelZoo.entries.filter { entry in pattern.map { Self.matches(entry.name, $0) } ?? true }
        guard !entries.isEmpty else {
            throw FoveaError(
                .usage, "No network has a name like \(quoted(pattern ?? "")).",
                remedy: "Known models: \(ModelZoo.entries.map(\.name).joined(separator: ", ")).")
        }
        let rows = try entries.map { (entry: $0, summary: try Summary(of: $0.make($0.classes), input: $0.input)) }
        if output.json {
            try StandardOutput.document(
                .array(
                    rows.map { entry, summary in
                        [
                            "name": .string(entry.name), "summary": .string(entry.summary),
                            "input": .array(entry.input.dimensions.map(JSONValue.integer)),
                            "classes": .integer(entry.classes),
                            "parameters": .integer(summary.totalParameters),
                            "multiply_adds": .integer(summary.totalMultiplyAdds),
                        ]
                    }))
        } else {
            try StandardOutput.line(
                textTable(
                    header: ["Name", "Parameters", "Multiply-adds", "Input", "Classes", "Description"],
                    rows: rows.map { entry, summary in
                        [
                            entry.name, summary.totalParameters.grouped, summary.totalMultiplyAdds.grouped,
                            entry.input.description, entry.classes.grouped, entry.summary,
                        ]
                    }, rightAligned: [1, 2, 4]))
        }
    }

    /// A pattern with wildcards matches the whole name, other text any part of it.
    private static func matches(_ name: String, _ pattern: String) -> Bool {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return name.contains(pattern.lowercased()) }
        // Safe: both are zero-terminated strings for the length of the call.
        return unsafe fnmatch(pattern, name, 0) == 0
    }
}
