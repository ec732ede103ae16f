import FoveaGraph

// Shared by the graphs of a network: all are traced for one batch size and begin with its `ForwardPass`.

extension TracedNetwork {
    /// The inputs of a layer for images of this shape, batch first.
    static func batch(ofImages shape: Shape) -> Named<TensorType> { [GraphName.images: .float32(shape)] }
}

extension Trace {
    /// Makes the network's outputs the outputs of the graph.
    ///
    /// - Parameter names: names of the outputs to add; all by default.
    func addOutputs(of pass: ForwardPass, named names: [String]? = nil) {
        for (name, id) in pass.outputs where names?.contains(name) != false { output(name, value(id)) }
    }

    /// Adds an objective's loss and metrics.
    ///
    /// - Parameter addingOutputs: whether they become outputs of the graph.
    func measure(
        _ pass: ForwardPass, _ objective: any Objective, addingOutputs: Bool = true
    ) throws -> Measures {
        let outputTypes = pass.outputTypes.mapValues(\.exampleType)
        let batchSize = pass.batchSize
        var targets: [(String, Value)] = []
        for (name, type) in try objective.targets(for: outputTypes) {
            let known = pass.inputs.contains(name) ? value(try pass.inputs[name]) : nil
            let batched = TensorType(try Shape(validating: [batchSize] + type.shape.dimensions), type.dataType)
            targets.append((name, try known ?? input(name, batched)))
        }
        location = Location(path: "loss", layer: "loss")
        defer { location = .none }
        let measures = try objective(pass.outputs.mapValues(value), Named(targets))
        for (name, value) in measures.metrics.merging([GraphName.loss: measures.loss]) {
            try Self.expectScalar(value, name: name)
            if pass.outputs.contains(name) {
                throw FoveaError(
                    .usage, "The objective's `\(name)` has the name of an output of the network.",
                    remedy: "Give one of them another name.")
            }
            if addingOutputs { output(name, value) }
        }
        return measures
    }

    private static func expectScalar(_ value: Value, name: String) throws {
        guard value.shape.rank == 0, value.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, "The objective's `\(name)` is \(value.type), not a scalar.",
                remedy: "Take the mean over the batch: ReduceMean(axes: …).applied(to: …).")
        }
    }
}
