public import FoveaGraph

/// A network under evaluation: inputs and targets in; outputs, the mean loss and the metrics out.
public struct EvaluationGraph: Sendable {
    public let graph: Graph
    /// The names of the metrics among the graph's outputs.
    public let metrics: [String]

    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ network: TracedNetwork, objective: any Objective, batch: Named<TensorType>) throws {
        let pass = try network.forward(.inference, batch)
        let trace = Trace(continuing: pass)
        metrics = try trace.measure(pass, objective).metrics.names
        trace.addOutputs(of: pass)
        graph = trace.graph
    }

    /// A single layer, for images of this shape, batch first.
    public init(_ model: any Layer, loss: any Loss, input: Shape, precision: Precision = .float32) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(
            TracedNetwork(model, inputs: batch, precision: precision), objective: Classification(loss), batch: batch)
    }
}
