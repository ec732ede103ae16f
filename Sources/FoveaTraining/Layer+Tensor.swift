public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

extension Layer {
    /// The layer's result for a batch of numbers, in inference mode.
    ///
    /// Every call puts weights on the device and frees them; to use a network repeatedly, put it into a ``Classifier``.
    ///
    /// - Parameters:
    ///   - input: batch axis first, for images [N, C, H, W].
    ///   - weights: values for some or all parameters by path; the others are drawn from `seed`.
    ///   - device: the fastest device by default, the same one for all such calls.
    /// - Throws: ``FoveaError`` when the input does not fit, or weights are given that the layer does not have or that are
    ///   not finite.
    public func callAsFunction(
        _ input: Tensor, weights: Weights = Weights(), on device: Device? = nil, seed: UInt64 = 42
    ) async throws -> Tensor {
        let network = try InferenceGraph(self, input: input.shape)
        let all = Weights(initializing: network.parameters, seed: seed).merging(weights)
        let fitted = try all.fitted(to: network.parameters, source: "the call")
        try fitted.expectFinite(source: "the call")
        let device = try device ?? Device.ofCalls.get()
        let program = try await device.compile(network.graph)
        try await program.states.write(fitted.namedTensors)
        return try await device.run(program, [GraphName.images: input]).tensor(GraphName.logits)
    }
}

extension Device {
    /// The device for calls that name none: a thread and its team for each call would cost more than most calls.
    fileprivate static let ofCalls = Result { try ComputeDevice.auto.open() }
}
