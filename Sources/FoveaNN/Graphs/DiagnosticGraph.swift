public import FoveaGraph

/// A forward pass that reports for each layer whether its result is finite.
public struct DiagnosticGraph: Sendable {
    /// One scalar output per layer, named by its position in ``layers``: 0 when all elements are finite, NaN otherwise.
    public let graph: Graph
    /// The layers' paths in the order in which they run, the loss last where there is one.
    public let layers: [String]
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    public let isRandom: Bool

    /// The forward pass of a training step.
    ///
    /// - Parameters:
    ///   - batch: the types of the inputs of a batch.
    ///   - frozen: the parameters and statistics that training leaves unchanged.
    public init(
        _ network: TracedNetwork, objective: any Objective, batch: Named<TensorType>,
        freezing frozen: [PathPattern] = []
    ) throws {
        let pass = try network.forward(.training, batch, freezing: frozen)
        let trace = Trace(continuing: pass)
        _ = try trace.measure(pass, objective, addingOutputs: false)
        try self.init(trace)
    }

    /// Inference.
    public init(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        try self.init(Trace(continuing: network.forward(.inference, batch)))
    }

    /// The forward pass of a training step of a single layer, for images of this shape, batch first.
    public init(_ model: any Layer, loss: any Loss, input: Shape) throws {
        let batch = TracedNetwork.batch(ofImages: input)
        try self.init(TracedNetwork(model, inputs: batch), objective: Classification(loss), batch: batch)
    }

    private init(_ trace: Trace) throws {
        var layers: [String] = []
        var lastValue: [String: Int] = [:]
        for (index, node) in trace.graph.nodes.enumerated()
        where node.results[0].dataType.isFloatingPoint && !node.location.path.isEmpty {
            if lastValue[node.location.path] == nil { layers.append(node.location.path) }
            lastValue[node.location.path] = index
        }
        for (position, layer) in layers.enumerated() {
            guard let index = lastValue[layer] else { continue }
            // 0·x is 0 for every finite x and NaN for the others, and NaN survives the sum.
            let zero = try trace.value(ValueID(node: index)) * 0
            trace.output("\(position)", try ReduceSum(axes: Array(0..<zero.shape.rank)).applied(to: zero))
        }
        graph = trace.graph
        self.layers = layers
        parameters = trace.declarations
        isRandom = graph.inputs.contains { $0.name == Trace.randomKeyName }
    }
}
