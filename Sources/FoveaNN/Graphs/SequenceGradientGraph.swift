public import FoveaGraph

/// A network over series in inference, and the gradient of a weighted sum of its first output with respect to the series.
public struct SequenceGradientGraph: Sendable {
    /// The name of the output with the gradient, of the shape of the series, [N, C, T].
    public static let gradient = "gradient"
    /// The name of the input that weights the network's output, of the output's shape.
    public static let weighting = "weighting"

    public let graph: Graph
    /// The parameters in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// The type of the weighting.
    public let weightingType: TensorType

    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit, or where steps are tokens, which have no gradient.
    public init(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        let series = try batch[GraphName.sequences]
        guard series.shape.rank == 3, series.dataType.isFloatingPoint else {
            throw FoveaError(
                .usage, "Steps that are \(series) have no gradient.", remedy: "Use a network over series of numbers.")
        }
        let pass = try network.forward(.inference, batch)
        let trace = Trace(continuing: pass)
        guard let output = pass.outputs.map({ trace.value($0.1) }).first else {
            preconditionFailure("a network gives at least one output")
        }
        let sequences = trace.value(try pass.inputs[GraphName.sequences])
        weightingType = output.type
        let weighting = try trace.input(Self.weighting, weightingType)
        let sum = try ReduceSum(axes: Array(0..<output.shape.rank)).applied(to: output * weighting)
        trace.output(Self.gradient, try trace.gradients(of: sum, with: [sequences])[0])
        graph = trace.graph.withoutUnusedStates
        let used = Set(graph.states.map(\.name))
        parameters = pass.declarations.filter { used.contains($0.path) }
    }
}
