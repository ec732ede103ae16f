import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// A network whose inference is timed: weights on a device, and the inputs of every run.
public struct TimedInference: Sendable {
    private let device: Device
    private let program: Program
    private let inputs: [String: Tensor]

    /// - Parameters:
    ///   - inputs: a batch, by name.
    ///   - weights: nil for random ones.
    /// - Throws: ``FoveaError`` when inputs or weights do not fit the network, or when there is not enough memory.
    public init(
        of network: TracedNetwork, inputs: [String: Tensor], weights: Weights? = nil, on device: Device
    ) async throws {
        let network = try network.adapted(to: device)
        var types = Named<TensorType>()
        for name in network.inputs.names { types.set(name, to: inputs[name]?.type ?? TensorType([], .float32)) }
        let inference = try InferenceGraph(network, batch: types)
        let program = try await device.compile(inference.graph)
        try await program.states.write(
            (weights ?? Weights(initializing: inference.parameters, seed: 0)).tensors.map {
                (name: $0.key, tensor: $0.value)
            })
        (self.device, self.program, self.inputs) = (device, program, inputs)
    }

    /// The time of each run, results read back included.
    public func durations(_ length: SeriesLength) async throws -> [Duration] {
        let ordered = try program.ordered(inputs)
        return try await device.series(of: program, length) { _ in
            ordered
        } keeping: { _, outputs in
            for output in outputs { _ = try output.read() }
        }.map(\.duration)
    }

    /// Measures each node.
    public func explain(runs: Int) async throws -> Explanation {
        let ordered = try program.ordered(inputs)
        return try await device.explain(program, runs: runs) { _ in ordered }
    }
}
