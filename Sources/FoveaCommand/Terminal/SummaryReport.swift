import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime

/// A network layer by layer, as text and as JSON.
struct SummaryReport {
    private let summary: Summary
    private let input: Shape

    init(_ summary: Summary, input: Shape) { (self.summary, self.input) = (summary, input) }

    var json: JSONValue {
        [
            "input": .array(input.dimensions.map(JSONValue.integer)),
            "layers": .array(
                summary.layers.map {
                    [
                        "path": .string($0.path), "type": .string($0.type),
                        "output_shape": .array($0.outputShape.map(JSONValue.integer)),
                        "parameters": .integer($0.parameters), "multiply_adds": .integer($0.multiplyAdds),
                        "receptive_field": .array($0.receptiveField.map(JSONValue.integer)),
                    ]
                }),
            "total_parameters": .integer(summary.totalParameters),
            "trainable_parameters": .integer(summary.trainableParameters),
            "total_multiply_adds": .integer(summary.totalMultiplyAdds),
        ]
    }

    var text: String {
        let table = textTable(
            header: ["Layer", "Type", "Output shape", "Parameters", "Multiply-adds", "Receptive field"],
            rows: [["input", "", input.description, "", "", ""]]
                + summary.layers.map {
                    [
                        $0.path, $0.type, crossed($0.outputShape), $0.parameters.grouped, $0.multiplyAdds.grouped,
                        crossed($0.receptiveField),
                    ]
                }, rightAligned: [3, 4, 5])
        return """
            \(table)

            parameters     \(summary.totalParameters.grouped)
            trainable      \(summary.trainableParameters.grouped)
            multiply-adds  \(summary.totalMultiplyAdds.grouped) per image
            """
    }

    private func crossed(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "×") }
}
