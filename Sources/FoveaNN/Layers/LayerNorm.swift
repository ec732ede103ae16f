public import FoveaGraph

/// Standardises each example, or each vector of it, by itself over the last axes: y = (x − μ)/√(σ² + ε) · weight + bias.
///
/// Input [N, …] with the last `axes` axes as one vector; result of the same shape. Parameters: `weight`, `bias`, of the shape of
/// these axes. No batch statistics: training and inference are the same. Same numbers as `torch.nn.LayerNorm`. For the
/// channels of each step of a sequence there is ``LayerNorm1D``.
///
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
public struct LayerNorm: Layer {
    public let axes: Int
    public let epsilon: Double
    let weight: Parameter
    let bias: Parameter

    /// - Parameter axes: how many of the last axes are one vector.
    public init(axes: Int = 1, epsilon: Double = 1e-5) {
        self.axes = axes
        self.epsilon = epsilon
        weight = Parameter(.ones)
        bias = Parameter(.zeros)
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self, holding: weight) { trace in
            guard axes >= 1, input.shape.rank > axes, input.shape.elementCount > 0 else {
                throw FoveaError(
                    .usage,
                    layer: "standardizes over the last \(axes) axes, \(input.producer) gives \(input.exampleText).",
                    remedy: "Use from 1 axis to those of an example, without the batch.")
            }
            let shape = Shape(Array(input.shape.dimensions.suffix(axes)))
            let width = shape.elementCount
            func declare(_ parameter: Parameter) throws -> Value {
                try trace.declare(parameter, shape, .init(incoming: width, outgoing: width))
            }
            let standardized = try trace.inParameterType(input)
                .standardized(over: Array(input.shape.rank - axes..<input.shape.rank), epsilon: epsilon)
            return try trace.inArithmetic(standardized * declare(weight) + declare(bias))
        }
    }
}

extension Value {
    /// (x − μ)/√(σ² + ε) with mean and variance over some axes.
    func standardized(over axes: [Int], epsilon: Double) throws -> Value {
        let mean = ReduceMean(axes: axes, keepDimensions: true)
        let centred = try self - mean.applied(to: self)
        let variance = try mean.applied(to: centred * centred)
        return try centred / SquareRoot().applied(to: variance + epsilon)
    }
}
