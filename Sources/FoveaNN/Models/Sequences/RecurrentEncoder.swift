public import FoveaGraph

/// A recurrent layer as an encoder: its state after the last valid step, with two directions beside that of the other after its
/// last.
public struct RecurrentEncoder: StepEncoder {
    public let recurrent: any RecurrentLayer
    let dropout: Dropout

    public init(_ recurrent: any RecurrentLayer, dropout: Double = 0) {
        self.recurrent = recurrent
        self.dropout = Dropout(dropout)
    }

    /// The states after every step, of both directions beside each other.
    public func steps(of input: SequenceValue) throws -> SequenceValue {
        try dropout.overSteps(recurrent(input, state: nil).sequence)
    }

    public func features(of input: SequenceValue) throws -> Value {
        try dropout(recurrent(input, state: nil).last)
    }
}
