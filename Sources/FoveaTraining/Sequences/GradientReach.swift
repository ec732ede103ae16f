import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// How strongly a network's output depends on each step of a series: ‖∂L/∂x_t‖ over t, where L weights the output with noise.
///
/// Where it falls with the distance from the end, the network learns nothing of what lies far back: the gradient has vanished.
/// Mean over some series of noise from N(0, 1), all of whose steps are valid.
public struct GradientReach: Hashable, Sendable {
    /// The norm of the gradient at each step, first to last.
    public let norms: [Double]

    /// Each norm as a part of the largest; 0 where there is no gradient at all.
    public var relative: [Double] {
        guard let largest = norms.max(), largest > 0 else { return norms.map { _ in 0 } }
        return norms.map { $0 / largest }
    }

    /// - Parameters:
    ///   - network: one over series, [C, T] an example.
    ///   - weights: those of the network; nil for initial ones.
    ///   - seed: that of the initial weights and of the noise.
    /// - Throws: ``FoveaError`` when the network does not fit, or its steps are tokens.
    public init(
        of network: TracedNetwork, weights: Weights? = nil, examples: Int = 16, seed: UInt64 = 0, on device: Device
    ) async throws {
        let batch = try network.inputs.batched(examples)
        let graph = try SequenceGradientGraph(network, batch: batch)
        let program = try await device.compile(graph.graph)
        let states = weights ?? Weights(initializing: graph.parameters, seed: seed)
        let used = Set(graph.parameters.map(\.path))
        try await program.states.write(
            states.tensors.filter { used.contains($0.key) }.map { (name: $0.key, tensor: $0.value) })
        let type = try batch[GraphName.sequences]
        let steps = type.shape[2]
        func noise(_ type: TensorType, _ purpose: String) -> Tensor {
            var stream = CounterBasedGenerator(seed: seed, purpose: purpose).stream
            return Tensor(type) { stream.normal() }
        }
        var inputs = [
            GraphName.sequences: noise(type, "series"),
            SequenceGradientGraph.weighting: noise(graph.weightingType, "weighting"),
        ]
        if batch.contains(GraphName.lengths) {
            inputs[GraphName.lengths] = Tensor(repeating: Double(steps), try batch[GraphName.lengths])
        }
        let gradient = try await device.run(program, inputs)[SequenceGradientGraph.gradient]?.doubles ?? []
        norms = Self.norms(of: gradient, type.shape)
    }

    /// The mean over the series of the norm over the channels, of a gradient [N, C, T].
    private static func norms(of gradient: [Double], _ shape: Shape) -> [Double] {
        let (count, channels, steps) = (shape[0], shape[1], shape[2])
        return (0..<steps).map { step in
            let norms = (0..<count).map { number in
                (0..<channels).reduce(0) { sum, channel in
                    let slope = gradient[(number * channels + channel) * steps + step]
                    return sum + slope * slope
                }.squareRoot()
            }
            return norms.reduce(0, +) / Double(max(1, count))
        }
    }
}
