import FoveaData
import FoveaGraph
import FoveaNN

extension Batch {
    /// An objective as this batch's targets need it.
    func objective(_ objective: any Objective) -> any Objective { objective.adapted(to: values.mapValues(\.type)) }

    /// Throws unless the targets fit a network's outputs: a label that names none of them would give a loss of NaN,
    /// which would look like diverging training.
    ///
    /// - Throws: ``FoveaError`` that names the target, its example and the number of outputs.
    func expectSoundTargets(
        _ objective: any Objective, _ outputs: Named<TensorType>, of source: String? = nil
    ) throws {
        guard let misfit = objective.misfit(in: values, for: outputs) else { return }
        throw misfit.error(of: name(ofRow: misfit.row) + (source.map { " of `\($0)`" } ?? ""))
    }
}

/// Throws unless there is an example: the mean of no losses is NaN.
func expectExamples(_ count: Int) throws {
    guard count > 0 else {
        throw FoveaError(.usage, "The batch has no examples.", remedy: "Give each step at least one.")
    }
}

extension Batch {
    /// The class of each example.
    ///
    /// - Parameter source: the name of the source that it comes from.
    /// - Throws: ``FoveaError`` when the batch has no class indices, or one is none of the network's classes.
    func classIndices(for outputs: Named<TensorType>, of source: String) throws -> [Int32] {
        let tensor = try labels
        guard let labels = tensor.elements(as: Int32.self), tensor.shape.rank == 1 else {
            throw FoveaError(
                .badData, "The labels of `\(source)` are \(tensor.type), not a class index for each example.",
                remedy: "Use data whose labels are int32 class indices.")
        }
        try expectSoundTargets(Classification(), outputs, of: source)
        return labels
    }

    /// The error for inputs that are not finite, which make the loss non-finite too.
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
    /// Throws unless each label fits a network's outputs, where labels are known without reading the examples.
    ///
    /// - Throws: ``FoveaError`` that names the label and its example.
    func expectSoundLabels(_ objective: any Objective, _ outputs: Named<TensorType>) throws {
        guard let labels = knownLabels,
            let misfit = objective.misfit(in: [Batch.labelsName: Tensor(integers: labels)], for: outputs)
        else { return }
        throw misfit.error(of: "example \(misfit.row) of `\(name)`")
    }

    /// Throws unless the source names as many classes as a network has outputs.
    func expectClasses(_ outputs: Int) throws {
        guard outputs == classNames.count else {
            throw FoveaError(
                .badData,
                "The network has \(outputs) classes, but the data set `\(name)` has \(classNames.count).",
                remedy: "Use data with the same classes, or train a network for these.")
        }
    }

    /// As ``expectClasses(_:)``, where both have classes.
    func expectClasses(of signature: Signature) throws {
        let outputs = signature.classCount
        // A network that says something of each step is not asked for the class of a whole sequence.
        let isAboutSteps = (try? signature.outputs[GraphName.logits])?.shape.rank == 2
        if try isAboutSteps && question != .stepClasses { return }
        if outputs > 0, !classNames.isEmpty { try expectClasses(outputs) }
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
