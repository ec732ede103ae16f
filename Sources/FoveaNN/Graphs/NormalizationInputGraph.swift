import FoveaFoundation
public import FoveaGraph

/// A network in inference up to what its first batch normalization of images reads: inputs in, statistics of that value out.
public struct NormalizationInputGraph: Sendable {
    /// The name of the output with each image's mean of each channel, [N, C].
    public static let means = "means"
    /// The name of the output with each image's mean square of each channel, [N, C].
    public static let meanSquares = "mean_squares"

    public let graph: Graph
    /// The path of the normalization.
    public let layer: String
    /// The parameters that the value depends on.
    public let parameters: [ParameterDeclaration]
    /// The paths of the statistics that the normalization has kept in training.
    public let runningMean: String
    public let runningVariance: String

    /// Nil where no image is normalized with running statistics of its own.
    ///
    /// - Parameter batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    public init?(_ network: TracedNetwork, batch: Named<TensorType>) throws {
        let pass = try network.forward(.inference, batch)
        let states = Dictionary(pass.graph.states.map { ($0.value, $0.name) }, uniquingKeysWith: { first, _ in first })
        let found = pass.graph.nodes.first { node in
            node.operation is BatchNormalizationInference && node.results[0].shape.rank > 2
        }
        guard let found, let mean = states[found.operands[3]], let variance = states[found.operands[4]] else {
            return nil
        }
        let trace = Trace(continuing: pass)
        let value = try trace.inParameterType(trace.value(found.operands[0]))
        let space = ReduceMean(axes: Array(2..<value.shape.rank))
        trace.output(Self.means, try space.applied(to: value))
        trace.output(Self.meanSquares, try space.applied(to: value * value))
        graph = trace.graph.withoutUnusedStates
        layer = found.location.path
        (runningMean, runningVariance) = (mean, variance)
        let used = Set(graph.states.map(\.name))
        parameters = pass.declarations.filter { used.contains($0.path) }
    }
}
