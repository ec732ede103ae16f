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
            Parameters and multiply-adds are for the image and the number of classes that a network was made for; for networks over \
            sequences, for a series of 784 steps and ten classes.
            """)

    @Argument(help: "Part of a name, or a pattern such as 'resnet*'.")
    var pattern: String?

    @OptionGroup var output: OutputOptions

    /// A network as the list shows it.
    private struct Row {
        let name: String
        let summary: String
        let input: Shape
        let classes: Int
        let figures: Summary
    }

    /// The series that parameters and multiply-adds of networks over sequences are shown for.
    private static let series = SequenceZoo.Problem(classes: 10, channels: 1, steps: 784)

    func run() async throws {
        let rows = try rows()
        guard !rows.isEmpty else {
            let names = ModelZoo.entries.map(\.name) + SequenceZoo.entries.map(\.name)
            throw FoveaError(
                .usage, "No network has a name like \(quoted(pattern ?? "")).",
                remedy: "Known models: \(names.joined(separator: ", ")).")
        }
        if output.json {
            try StandardOutput.document(
                .array(
                    rows.map { row in
                        [
                            "name": .string(row.name), "summary": .string(row.summary),
                            "input": .array(row.input.dimensions.map(JSONValue.integer)),
                            "classes": .integer(row.classes),
                            "parameters": .integer(row.figures.totalParameters),
                            "multiply_adds": .integer(row.figures.totalMultiplyAdds),
                        ]
                    }))
        } else {
            try StandardOutput.line(
                textTable(
                    header: ["Name", "Parameters", "Multiply-adds", "Input", "Classes", "Description"],
                    rows: rows.map { row in
                        [
                            row.name, row.figures.totalParameters.grouped, row.figures.totalMultiplyAdds.grouped,
                            row.input.description, row.classes.grouped, row.summary,
                        ]
                    }, rightAligned: [1, 2, 4]))
        }
    }

    /// Networks for images, then those over sequences.
    private func rows() throws -> [Row] {
        func isWanted(_ name: String) -> Bool { pattern.map { Self.matches(name, $0) } ?? true }
        let images = try ModelZoo.entries.filter { isWanted($0.name) }.map { entry in
            Row(
                name: entry.name, summary: entry.summary, input: entry.input, classes: entry.classes,
                figures: try Summary(of: entry.make(entry.classes), input: entry.input))
        }
        let sequences = try SequenceZoo.entries.filter { isWanted($0.name) }.map { entry in
            let network = TracedNetwork(entry.make(Self.series), inputs: Self.series.inputs)
            return Row(
                name: entry.name, summary: entry.summary, input: [1, Self.series.steps],
                classes: Self.series.answer.width,
                figures: try Summary(of: network))
        }
        return images + sequences
    }

    /// A pattern with wildcards matches the whole name, other text any part of it.
    private static func matches(_ name: String, _ pattern: String) -> Bool {
        guard pattern.contains(where: { "*?[".contains($0) }) else { return name.contains(pattern.lowercased()) }
        // Safe: both are zero-terminated strings for the length of the call.
        return unsafe fnmatch(pattern, name, 0) == 0
    }
}
