import FoveaGraph

/// Long short-term memory: a cell c beside the state h, with gates that say what is forgotten, written and used.
///
/// i, f, o = σ(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), each with rows of its own, and g likewise with tanh;
/// c_t = f⊙c_{t−1} + i⊙g; h_t = o⊙tanh(c_t), or W_hr·(o⊙tanh(c_t)) with a projection.
/// Input [N, C, T]; result [N, D·H, T], with D = 2 directions if it is bidirectional, and P instead of H with a projection.
/// Parameters of layer k, with `_reverse` for the backward direction: `weight_ih_l{k}` [4·H, C or D·H], `weight_hh_l{k}`
/// [4·H, H or P], `bias_ih_l{k}`, `bias_hh_l{k}` [4·H], rows in the order i, f, g, o; `weight_hr_l{k}` [P, H]; with
/// peepholes `weight_ch_l{k}` [3, H], rows i, o, f. Same numbers and initialization as `torch.nn.LSTM`, which has no
/// peepholes.
///
/// Sources: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; Gers et al., "Learning to Forget", 2000, and
/// "Learning Precise Timing with LSTM Recurrent Networks", 2002, for peepholes; Sak et al., 2014, for the projection.
public struct LSTM: RecurrentLayer {
    let stack: RecurrentStack
    let parameters: NamedParameters

    /// - Parameters:
    ///   - hidden: the size of the cell.
    ///   - layers: number of layers, each over the results of the one before.
    ///   - dropout: the rate at which the results of every layer but the last are dropped in training.
    ///   - projection: the size of the state, less than the cell's; nil for the cell's own.
    ///   - peepholes: whether the gates see the cell.
    public init(
        _ hidden: Int, layers: Int = 1, bidirectional: Bool = false, dropout: Double = 0, projection: Int? = nil,
        peepholes: Bool = false, bias: Bool = true, initializers: RecurrentInitializers = .pyTorch
    ) {
        stack = RecurrentStack(
            cell: .lstm, hidden: hidden, layers: layers, isBidirectional: bidirectional, hasBias: bias,
            dropout: dropout, projection: projection, hasPeepholes: peepholes)
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
