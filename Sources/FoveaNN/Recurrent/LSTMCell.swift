public import FoveaGraph

/// One step of an ``LSTM``, for loops of one's own.
///
/// Input [N, C]; state, cell and results [N, H]. Parameters: `weight_ih` [4·H, C], `weight_hh` [4·H, H], `bias_ih`, `bias_hh`
/// [4·H], rows in the order i, f, g, o. Same numbers and initialization as `torch.nn.LSTMCell`.
public struct LSTMCell: Layer {
    private let step: CellStep
    let parameters: NamedParameters

    public init(_ hidden: Int, bias: Bool = true, initializers: RecurrentInitializers = .pyTorch) {
        step = CellStep(cell: .lstm, hidden: hidden)
        parameters = CellStep.makeParameters(bias: bias, initializers)
    }

    /// - Parameter state: state and cell before the step; zeros by default.
    /// - Returns: state and cell after the step.
    /// - Throws: ``FoveaError`` that names the layer when input or state do not fit.
    public func callAsFunction(
        _ input: Value, state: (hidden: Value, cell: Value)?
    ) throws -> (hidden: Value, cell: Value) {
        try input.trace.place(self, holding: parameters.parameters.first) { trace in
            let results = try step(input, state.map { [$0.hidden, $0.cell] }, parameters, in: trace)
            return (results[0], results[1])
        }
    }

    /// The state after the step from zeros.
    public func callAsFunction(_ input: Value) throws -> Value { try self(input, state: nil).hidden }
}
