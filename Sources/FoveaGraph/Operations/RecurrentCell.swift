/// The kind of a recurrent layer: how its state follows from an input and the state before.
///
/// With W the input's weights, R the state's, b both biases, σ the logistic function and ⊙ the product of elements:
/// - `tanh`, `relu`: h′ = f(W·x + R·h + b).
/// - `lstm`: i, f, o = σ(…), g = tanh(…), c′ = f⊙c + i⊙g, h′ = o⊙tanh(c′).
/// - `gru`: r, z = σ(…), n = tanh(W·x + b_W + r⊙(R·h + b_R)), h′ = (1 − z)⊙n + z⊙h.
/// - `gruResettingFirst`: as `gru`, with n = tanh(W·x + b_W + R·(r⊙h) + b_R).
///
/// Rows of weights and biases, one block of H for each gate, are in PyTorch's order: i, f, g, o and r, z, n.
///
/// Sources: Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997; Cho et al., "Learning Phrase Representations using
/// RNN Encoder–Decoder", 2014, whose form `gruResettingFirst` is; ONNX `RNN`, `LSTM`, `GRU`.
public enum RecurrentCell: String, Hashable, Sendable, CaseIterable {
    case tanh, relu, lstm, gru, gruResettingFirst

    /// Number of blocks of rows of the weights.
    public var gateCount: Int {
        switch self {
        case .tanh, .relu: 1
        case .lstm: 4
        case .gru, .gruResettingFirst: 3
        }
    }

    /// The numbers that a step keeps for the gradient, in units of H: an LSTM's four gates; a GRU's three and R·h + b_R, or
    /// R·(r⊙h) + b_R, of the new one.
    var keptGateCount: Int { gateCount == 1 ? 0 : 4 }
}
