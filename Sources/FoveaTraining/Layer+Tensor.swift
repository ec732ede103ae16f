public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

extension Layer {
    /// What the layer gives for a batch of numbers, in inference mode.
    ///
    /// - Parameters:
    ///   - input: the batch axis first, for images [N, C, H, W].
    ///   - weights: values for some or all parameters by path; the others are drawn from `seed`.
    ///   - device: the fastest device when not given.
    /// - Throws: ``FoveaError`` when the input does not fit, or weights are given that the layer does not have.
    public func callAsFunction(
        _ input: Tensor, weights: Weights = Weights(), on device: Device? = nil, seed: UInt64 = 42
    ) async throws -> Tensor {
        let network = try InferenceGraph(self, input: input.shape)
        let all = Weights(initializing: network.parameters, seed: seed).merging(weights)
        let fitted = try all.fitted(to: network.parameters, source: "the call")
        let device = try device ?? ComputeDevice.auto.open()
        try await device.write(fitted.namedTensors)
        let program = try await device.compile(network.graph)
        return try await device.run(program, [GraphName.images: input]).tensor(GraphName.logits)
    }
}
