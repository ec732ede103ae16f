import FoveaGraph

/// The gated recurrent unit: a state that moves toward a new one as far as its update gate lets it.
///
/// r, z = σ(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), each with rows of its own; n = tanh(W_in·x_t + b_in + r⊙(W_hn·h_{t−1} +
/// b_hn)); h_t = (1 − z)⊙n + z⊙h_{t−1}. With `resetsFirst`, the original form, n has W_hn·(r⊙h_{t−1}) + b_hn instead.
/// Input [N, C, T]; result [N, D·H, T], with D = 2 directions if it is bidirectional. Parameters of layer k, with `_reverse`
/// for the backward direction: `weight_ih_l{k}` [3·H, C or D·H], `weight_hh_l{k}` [3·H, H], `bias_ih_l{k}`, `bias_hh_l{k}`
/// [3·H], rows in the order r, z, n. Same numbers and initialization as `torch.nn.GRU`; Keras calls its form
/// `reset_after`, ONNX `linear_before_reset`.
///
/// Source: Cho et al., "Learning Phrase Representations using RNN Encoder–Decoder", 2014.
public struct GRU: RecurrentLayer {
    let stack: RecurrentStack
    let parameters: NamedParameters

    /// - Parameters:
    ///   - layers: number of layers, each over the results of the one before.
    ///   - dropout: the rate at which the results of every layer but the last are dropped in training.
    ///   - resetsFirst: whether the reset gate acts on the state before the product.
    public init(
        _ hidden: Int, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0, resetsFirst: Bool = false,
        bias: Bool = true, initializers: RecurrentInitializers = .pyTorch
    ) {
        stack = RecurrentStack(
            cell: resetsFirst ? .gruResettingFirst : .gru, hidden: hidden, layers: layers,
            isBidirectional: bidirectional, hasBias: bias, dropout: dropout)
        parameters = stack.makeParameters(initializers)
    }

    public var directions: Int { stack.directions }
    public var stateCount: Int { stack.layers * stack.directions }
    public var stateSize: Int { stack.outputs }
    public var cellSize: Int { stack.hidden }

    public func callAsFunction(_ input: SequenceValue, state: RecurrentState?) throws -> RecurrentResult {
        try input.values.trace.place(self, holding: parameters.parameters.first) { trace in
            try stack(input, state: state, parameters, in: trace)
        }
    }
}
