import FoveaGraph

/// The recurrent network of Elman: h_t = f(W_ih·x_t + b_ih + W_hh·h_{t−1} + b_hh), with f = tanh or ReLU.
///
/// Input [N, C, T]; result [N, D·H, T], with D = 2 directions if it is bidirectional. Parameters of layer k, with `_reverse`
/// for the backward direction: `weight_ih_l{k}` [H, C or D·H], `weight_hh_l{k}` [H, H], `bias_ih_l{k}`, `bias_hh_l{k}` [H].
/// Same numbers and initialization as `torch.nn.RNN`.
///
/// Source: Elman, "Finding Structure in Time", 1990.
public struct RNN: RecurrentLayer {
    /// The function f.
    public enum Nonlinearity: Hashable, Sendable {
        case tanh, relu
    }

    let stack: RecurrentStack
    let parameters: NamedParameters

    /// - Parameters:
    ///   - dropout: the rate at which the results of every layer but the last are dropped in training.
    ///   - layers: number of layers, each over the results of the one before.
    public init(
        _ hidden: Int, layers: Int = 1, nonlinearity: Nonlinearity = .tanh, bidirectional: Bool = false,
        dropout: Double = 0, bias: Bool = true, initializers: RecurrentInitializers = .pyTorch
    ) {
        stack = RecurrentStack(
            cell: nonlinearity == .tanh ? .tanh : .relu, hidden: hidden, layers: layers,
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
