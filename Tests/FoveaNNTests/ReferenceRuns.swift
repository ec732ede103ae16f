import FoveaGraph
import FoveaNN
import FoveaRuntime

/// What a layer gives for an input on the reference device, with some of its parameters set.
func run(_ model: any Layer, on images: Tensor, parameters: [String: Tensor] = [:]) async throws -> Tensor {
    let network = try InferenceGraph(model, input: images.shape)
    let device = Device(ReferenceBackend())
    let weights = Weights(initializing: network.parameters, seed: 42).tensors
    let program = try await device.compile(network.graph)
    try await program.states.write(weights.map { ($0.key, parameters[$0.key] ?? $0.value) })
    guard let result = try await device.run(program, [GraphName.images: images])[GraphName.logits] else {
        throw FoveaError(.internalDefect, "no result")
    }
    return result
}

/// The shape a layer gives for an input of this shape, without the batch axis.
func outputShape(_ model: any Layer, _ input: Shape) throws -> Shape {
    try TracedNetwork(model, input: input).signature.outputs[GraphName.logits].shape
}

/// The error that a piece of work throws.
func error(of work: () throws -> Void) -> FoveaError? {
    do {
        try work()
        return nil
    } catch {
        return error as? FoveaError
    }
}
