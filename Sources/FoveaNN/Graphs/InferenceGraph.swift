public import FoveaGraph

/// A network in inference: inputs in, outputs out.
public struct InferenceGraph: Sendable {
    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// The types of a batch of the network's outputs.
    public let outputs: Named<TensorType>

    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        let pass = try network.forward(.inference, batch)
        let trace = Trace(continuing: pass)
        trace.addOutputs(of: pass)
        graph = trace.graph
        parameters = pass.declarations
        outputs = pass.outputTypes
    }

    /// A single layer, for images of this shape, batch first.
    public init(_ model: any Layer, input: Shape, precision: Precision = .float32) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(TracedNetwork(model, inputs: batch, precision: precision), batch: batch)
    }
}
