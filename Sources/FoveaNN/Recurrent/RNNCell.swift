public import FoveaGraph

/// One step of an ``RNN``, for loops of one's own: h′ = f(W_ih·x + b_ih + W_hh·h + b_hh).
///
/// Input [N, C], state and result [N, H]. Parameters: `weight_ih` [H, C], `weight_hh` [H, H], `bias_ih`, `bias_hh` [H]. Same
/// numbers and initialization as `torch.nn.RNNCell`.
public struct RNNCell: Layer {
    private let step: CellStep
    let parameters: NamedParameters

    public init(
        _ hidden: Int, nonlinearity: RNN.Nonlinearity = .tanh, bias: Bool = true,
        initializers: RecurrentInitializers = .pyTorch
    ) {
        step = CellStep(cell: nonlinearity == .tanh ? .tanh : .relu, hidden: hidden)
        parameters = CellStep.makeParameters(bias: bias, initializers)
    }

    /// - Parameter state: the state before the step; zeros by default.
    /// - Throws: ``FoveaError`` that names the layer when input or state do not fit.
    public func callAsFunction(_ input: Value, state: Value?) throws -> Value {
        try input.trace.place(self, holding: parameters.parameters.first) { trace in
            try step(input, state.map { [$0] }, parameters, in: trace)[0]
        }
    }

    /// The step from a state of zeros.
    public func callAsFunction(_ input: Value) throws -> Value { try self(input, state: nil) }
}
