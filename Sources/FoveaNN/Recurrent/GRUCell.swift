public import FoveaGraph

/// One step of a ``GRU``, for loops of one's own.
///
/// Input [N, C], state and result [N, H]. Parameters: `weight_ih` [3·H, C], `weight_hh` [3·H, H], `bias_ih`, `bias_hh` [3·H],
/// rows in the order r, z, n. Same numbers and initialization as `torch.nn.GRUCell`.
public struct GRUCell: Layer {
    private let step: CellStep
    let parameters: NamedParameters

    public init(
        _ hidden: Int, resetsFirst: Bool = false, bias: Bool = true, initializers: RecurrentInitializers = .pyTorch
    ) {
        step = CellStep(cell: resetsFirst ? .gruResettingFirst : .gru, hidden: hidden)
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
