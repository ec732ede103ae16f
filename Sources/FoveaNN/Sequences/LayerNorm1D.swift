import FoveaGraph

/// Standardises the channels of each step by themselves: y = (x − μ)/√(σ² + ε) · weight + bias, with μ and σ² over the channels.
///
/// Input [N, C, T]; result of the same shape. Parameters: `weight`, `bias` [C]. No step depends on another, so the layer fits
/// causal networks, and padding reaches nothing. Same numbers as `torch.nn.LayerNorm` over the channels of [N, T, C].
///
/// Source: Ba, Kiros and Hinton, "Layer Normalization", 2016.
public struct LayerNorm1D: SequenceLayer {
    public let epsilon: Double
    let weight: Parameter
    let bias: Parameter

    public init(epsilon: Double = 1e-5) {
        self.epsilon = epsilon
        weight = Parameter(.ones)
        bias = Parameter(.zeros)
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let channels = input.values.shape[1]
            func declare(_ parameter: Parameter) throws -> Value {
                try trace.declare(parameter, [channels], .init(incoming: channels, outgoing: channels))
                    .perChannel(rank: 3)
            }
            let standardized = try trace.inParameterType(input.values).standardized(over: [1], epsilon: epsilon)
            return input.with(try trace.inArithmetic(standardized * declare(weight) + declare(bias)))
        }
    }
}
