public import FoveaGraph

/// The memory of a recurrent layer between two parts of a sequence: what to pass back in to go on.
public struct RecurrentState {
    /// The state of each layer and direction, `[layer][direction]`, [N, H] or, with a projection, [N, P].
    public var hidden: [[Value]]
    /// The cell of an LSTM likewise, [N, H]; empty for others.
    public var cell: [[Value]]

    public init(hidden: [[Value]], cell: [[Value]] = []) {
        self.hidden = hidden
        self.cell = cell
    }
}

/// The results of a recurrent layer.
public struct RecurrentResult {
    /// The states of the last layer after every step, [N, D·H, T]: with two directions, the forward half first.
    public let sequence: SequenceValue
    /// A summary of each sequence, [N, D·H]: the state after its last valid step, and beside it, with two directions, that
    /// of the backward direction after its first.
    public let last: Value
    /// The state after the last step of all layers and directions.
    public let state: RecurrentState
}

/// A layer with a memory from step to step.
public protocol RecurrentLayer: SequenceLayer {
    /// Number of directions: 2 if it is bidirectional.
    var directions: Int { get }
    /// Number of states: one for each layer and direction.
    var stateCount: Int { get }
    /// Size of a state.
    var stateSize: Int { get }
    /// Size of an LSTM's cell, which without a projection is that of the state.
    var cellSize: Int { get }

    /// Adds the layer to the graph of `input`.
    ///
    /// - Parameter state: where the sequences go on from; zeros by default.
    /// - Throws: ``FoveaError`` that names the layer when input or state do not fit.
    func callAsFunction(_ input: SequenceValue, state: RecurrentState?) throws -> RecurrentResult
}

extension RecurrentLayer {
    /// The states after every step, from zeros on.
    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue { try self(input, state: nil).sequence }
}
