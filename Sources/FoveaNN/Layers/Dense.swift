public import FoveaGraph

/// A fully connected layer: y = x·Wᵀ + b.
///
/// Input [N, inputs]; result [N, outputs]. Parameters: `weight` [outputs, inputs], `bias` [outputs]. Same numbers and
/// initialization as `torch.nn.Linear`.
public struct Dense: Layer {
    public let outputs: Int
    /// The number of inputs to check for; nil to take it from the input.
    public let inputs: Int?
    let weight: Parameter
    let bias: Parameter?

    public init(
        _ outputs: Int, inputs: Int? = nil, bias: Bool = true, initializer: Initializer = .kaimingUniform(),
        biasInitializer: Initializer = .uniformFanIn
    ) {
        self.outputs = outputs
        self.inputs = inputs
        weight = Parameter(initializer)
        self.bias = bias ? Parameter(biasInitializer) : nil
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self, holding: weight) { trace in
            guard input.shape.rank == 2 else {
                throw FoveaError(
                    .usage, "Dense expects one vector per example and \(input.producer) gives \(input.exampleText).",
                    remedy: "Put Flatten() or GlobalAvgPool2D() before it.")
            }
            let width = input.shape[1]
            if let inputs, inputs != width { throw input.mismatch(expected: inputs, "inputs", found: width) }
            let shape = try Shape(validating: [outputs, width])
            var operands = [input, try weight.value(shape, fanIn: width, fanOut: outputs, in: trace)]
            if let bias { operands.append(try bias.value([outputs], fanIn: width, fanOut: outputs, in: trace)) }
            return try MatrixMultiplication(transposingRight: true).results(on: operands)[0]
        }
    }
}
