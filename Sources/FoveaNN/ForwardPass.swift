import FoveaGraph

/// A network traced for one mode and one batch: the common beginning of all graphs of that mode and batch.
struct ForwardPass: Sendable {
    let graph: Graph
    let mode: Trace.Mode
    let hasDropout: Bool
    let precision: Precision
    /// The parameters and statistics that training leaves unchanged.
    let frozen: [PathPattern]
    let progress: Trace.Progress
    let batchSize: Int
    /// The network's inputs and outputs.
    let inputs: Named<ValueID>
    let outputs: Named<ValueID>

    /// The parameters in the network's order of declaration.
    var declarations: [ParameterDeclaration] { progress.declarations }

    /// The types of a batch of the network's outputs.
    var outputTypes: Named<TensorType> { outputs.mapValues(graph.type(of:)) }

    /// Traces a network.
    ///
    /// - Parameter inputs: the types of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit, an input that the network does not read, or an
    ///   output that has no axis for the batch.
    init(
        _ network: any Network, _ inputs: Named<TensorType>, mode: Trace.Mode, hasDropout: Bool, precision: Precision,
        frozen: [PathPattern]
    ) throws {
        let trace = try Trace(network, mode: mode, hasDropout: hasDropout, precision: precision, frozen: frozen)
        var given: [(String, Value)] = []
        for (name, type) in inputs { given.append((name, try trace.input(name, type))) }
        // Inputs and outputs have the parameters' type, whatever type the layers in between compute in.
        let results = try network(Named(given).mapValues(trace.inArithmetic)).mapValues(trace.inParameterType)
        self.inputs = Named(given).mapValues(\.id)
        outputs = results.mapValues(\.id)
        (graph, progress) = (trace.graph, trace.progress)
        (self.mode, self.hasDropout, self.precision, self.frozen) = (mode, hasDropout, precision, frozen)
        batchSize = inputs.lazy.compactMap { $1.shape.dimensions.first }.first ?? 1
        try check()
    }

    /// A part of this pass.
    ///
    /// - Parameters:
    ///   - moved: the value of the part's graph that represents each value of this one.
    ///   - inputs: the values of this graph that are the part's inputs.
    /// - Throws: as the initializer.
    func part(
        _ graph: Graph, _ moved: [ValueID: ValueID], inputs: Named<ValueID>, outputs: Named<ValueID>
    ) throws -> ForwardPass {
        let part = ForwardPass(
            self, graph: graph, progress: progress.ofPart(moved), inputs: inputs.mapValues { moved[$0] ?? $0 },
            outputs: outputs.mapValues { moved[$0] ?? $0 })
        try part.check()
        return part
    }

    private init(
        _ whole: ForwardPass, graph: Graph, progress: Trace.Progress, inputs: Named<ValueID>, outputs: Named<ValueID>
    ) {
        (self.graph, self.progress, self.inputs, self.outputs) = (graph, progress, inputs, outputs)
        (mode, hasDropout, precision, frozen) = (whole.mode, whole.hasDropout, whole.precision, whole.frozen)
        batchSize = whole.batchSize
    }

    private func check() throws {
        guard !outputs.isEmpty else {
            throw FoveaError(.usage, "The network gives no outputs.", remedy: "Return at least one by name.")
        }
        let read = Set(graph.nodes.flatMap(\.operands) + outputs.map { $1 })
        if let (name, _) = inputs.first(where: { !read.contains($1) }) {
            throw FoveaError(
                .usage, "The network does not read its input \(quoted(name)).",
                remedy: "Leave it out, or use it: a layer by itself reads `\(GraphName.images)`.")
        }
        for (name, type) in outputTypes where type.shape.dimensions.first != batchSize {
            throw FoveaError(
                .usage,
                "The output \(quoted(name)) is \(type) for a batch of \(batchSize): its first axis is not the batch's.",
                remedy: "Give one result for each example.")
        }
    }
}
