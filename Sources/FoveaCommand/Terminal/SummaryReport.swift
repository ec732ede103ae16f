import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// A network layer by layer, as text and as JSON.
struct SummaryReport {
    private let summary: Summary
    private let input: Shape
    private let isOfSequences: Bool
    private let gradients: GradientReach?

    /// - Parameter gradients: of a network over sequences, where they were asked for.
    init(_ summary: Summary, input: Shape, isOfSequences: Bool = false, gradients: GradientReach? = nil) {
        (self.summary, self.input) = (summary, input)
        (self.isOfSequences, self.gradients) = (isOfSequences, gradients)
    }

    /// The steps of a sequence; nil for images.
    private var steps: Int? { isOfSequences ? input.dimensions.last : nil }

    /// What the network cannot see.
    var warnings: [String] {
        guard let steps, let seen = summary.receptiveField.first, seen < steps else { return [] }
        return [
            "The result depends on \(seen.grouped) of \(steps.grouped) steps only: nothing else of a sequence reaches it. "
                + "Use more blocks, longer filters, or a mean over all steps."
        ]
    }

    var json: JSONValue {
        let layers = summary.layers.map { layer -> JSONValue in
            [
                "path": .string(layer.path), "type": .string(layer.type),
                "output_shape": .array(layer.outputShape.map(JSONValue.integer)),
                "parameters": .integer(layer.parameters), "multiply_adds": .integer(layer.multiplyAdds),
                "receptive_field": .array(layer.receptiveField.map(JSONValue.integer)),
            ]
        }
        return [
            "input": .array(input.dimensions.map(JSONValue.integer)), "layers": .array(layers),
            "total_parameters": .integer(summary.totalParameters),
            "trainable_parameters": .integer(summary.trainableParameters),
            "total_multiply_adds": .integer(summary.totalMultiplyAdds),
            "receptive_field": .array(summary.receptiveField.map(JSONValue.integer)),
            "warnings": .array(warnings.map(JSONValue.string)),
            "gradient_norms": gradients.map { .array($0.norms.map(JSONValue.number)) } ?? .null,
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
            multiply-adds  \(summary.totalMultiplyAdds.grouped) per \(isOfSequences ? "sequence" : "image")
            """ + sightText + gradientText
    }

    /// What the filters and the whole network see of a sequence.
    private var sightText: String {
        guard let steps, let seen = summary.receptiveField.first else { return "" }
        func line(_ what: String, _ field: Int) -> String {
            "\n\(what)  \(min(field, steps).grouped) of \(steps.grouped) steps"
        }
        let filters = summary.layers.last { $0.type == "Conv1D" }?.receptiveField.first
        return (filters.map { line("filters see  ", $0) } ?? "") + line("result sees  ", seen)
    }

    /// The gradient at steps further and further from the end.
    private var gradientText: String {
        guard let gradients else { return "" }
        let count = gradients.norms.count
        let distances = (0...count.bitWidth).map { $0 == 0 ? 0 : 1 << ($0 - 1) }.prefix { $0 < count } + [count - 1]
        let rows = distances.reduce(into: [Int]()) { if $0.last != $1 { $0.append($1) } }.map { distance in
            let step = count - 1 - distance
            return [
                (step + 1).grouped, scientific(gradients.norms[step]), scientific(gradients.relative[step]),
            ]
        }
        return "\n\n"
            + textTable(header: ["Step", "‖∂L/∂x‖", "of the largest"], rows: rows, rightAligned: [0, 1, 2])
    }

    /// Two digits and a power of ten: `3.1e-7`.
    private func scientific(_ number: Double) -> String {
        guard number > 0, number.isFinite else { return "\(number)" }
        let exponent = Int(log10(number).rounded(.down))
        let mantissa = (number / pow(10, Double(exponent))).text(digits: 1)
        // Rounding may make ten of it.
        return mantissa == "10.0" ? "1.0e\(exponent + 1)" : "\(mantissa)e\(exponent)"
    }

    private func crossed(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "×") }
}
