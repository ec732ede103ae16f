import FoveaData
import FoveaGraph
import FoveaNN
import FoveaRuntime

extension Batch {
    /// Throws unless each label names one of a program's outputs: the loss of another is not a number, which would look
    /// like training that diverged.
    ///
    /// - Throws: ``FoveaError`` that names the label, its example and the number of outputs.
    func expectLabels(within program: Program, of source: String? = nil) throws {
        let outputs = program.outputCount
        // Labels of another type are the program's to refuse.
        guard let labels = try labels.elements(as: Int32.self),
            let row = labels.firstIndex(where: { !(0..<outputs).contains(Int($0)) })
        else { return }
        throw labelError(
            labels[row], of: name(ofRow: row) + (source.map { " of `\($0)`" } ?? ""), outputs: outputs)
    }
}

/// Throws unless there is an example in a batch of images of this shape: the mean of no losses is not a number.
func expectExamples(in images: Shape) throws {
    guard let count = images.dimensions.first, count > 0 else {
        throw FoveaError(.usage, "The batch has no examples.", remedy: "Give each step at least one.")
    }
}

extension Batch {
    /// What to say of images that are not finite: a loss that is not either comes from them.
    var imageFault: FoveaError? {
        get throws {
            guard let row = try images.firstNonFiniteRow else { return nil }
            return FoveaError(
                .badData, "The pixels of \(name(ofRow: row)) are not finite.",
                remedy: "Check how it was prepared.")
        }
    }

    private func name(ofRow row: Int) -> String {
        indices.indices.contains(row) ? "example \(indices[row])" : "row \(row) of the batch"
    }
}

extension ExampleSource {
    /// Throws unless each label names one of a network's outputs, where labels are known without reading the examples.
    func expectLabels(below outputs: Int) throws {
        guard let labels = knownLabels, let index = labels.firstIndex(where: { !(0..<outputs).contains(Int($0)) })
        else { return }
        throw labelError(labels[index], of: "example \(index) of `\(name)`", outputs: outputs)
    }
}

private func labelError(_ label: Int32, of example: String, outputs: Int) -> FoveaError {
    FoveaError(
        .badData, "The label \(label) of \(example) is none of the network's \(outputs) outputs.",
        remedy:
            "Labels count the classes from 0: use 0 to \(outputs - 1), or give the network an output for each class.")
}

extension Program {
    /// How many numbers the network gives for an example.
    var outputCount: Int {
        graph.outputs.first { $0.name == GraphName.logits }.map { graph.type(of: $0.value).shape[1] } ?? 0
    }
}

extension [ParameterDeclaration] {
    /// The size of all parameters' values.
    var byteCount: Int { reduce(0) { saturatingSum($0, $1.type.byteCount) } }
}
