import FoveaData
import FoveaGraph
import FoveaNN

extension Batch {
    /// Throws unless the targets make sense for a network's outputs: a label that names none of them would give a loss that
    /// is not a number, which would look like training that diverged.
    ///
    /// - Throws: ``FoveaError`` that names the target, its example and the number of outputs.
    func expectSoundTargets(
        _ objective: any Objective, _ outputs: Named<TensorType>, of source: String? = nil
    ) throws {
        guard let misfit = objective.misfit(in: values, for: outputs) else { return }
        throw misfit.error(of: name(ofRow: misfit.row) + (source.map { " of `\($0)`" } ?? ""))
    }
}

/// Throws unless there is an example: the mean of no losses is not a number.
func expectExamples(_ count: Int) throws {
    guard count > 0 else {
        throw FoveaError(.usage, "The batch has no examples.", remedy: "Give each step at least one.")
    }
}

extension Batch {
    /// What to say of inputs that are not finite: a loss that is not either comes from them.
    func nonFiniteInput(of signature: Signature) -> FoveaError? {
        for name in signature.inputs.names {
            guard let row = values[name]?.firstNonFiniteRow else { continue }
            let what = name == GraphName.images ? "The pixels" : "The numbers of \(quoted(name))"
            return FoveaError(
                .badData, "\(what) of \(self.name(ofRow: row)) are not finite.", remedy: "Check how it was prepared.")
        }
        return nil
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
        throw Classification.misfit(labels[index], row: index, classes: outputs).error(
            of: "example \(index) of `\(name)`")
    }
}

extension TargetMisfit {
    /// - Parameter example: the name of its example.
    fileprivate func error(of example: String) -> FoveaError {
        FoveaError(.badData, "\(subject) of \(example) \(predicate).", remedy: remedy)
    }
}

extension [ParameterDeclaration] {
    /// The size of all parameters' values.
    var byteCount: Int { reduce(0) { saturatingSum($0, $1.type.byteCount) } }
}
