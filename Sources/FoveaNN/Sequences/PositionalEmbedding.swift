import FoveaGraph

/// Adds a learned vector for each step's number: y[n, c, t] = x[n, c, t] + weight[t, c].
///
/// Input and result [N, C, T], with at most as many steps as the table has. Parameter: `weight` [steps, C], from N(0, 1) as an
/// ``Embedding``'s.
///
/// Source: Gehring et al., "Convolutional Sequence to Sequence Learning", 2017.
public struct PositionalEmbedding: SequenceLayer {
    public let steps: Int
    let weight: Parameter

    /// - Parameter steps: those of the longest sequence, padding included.
    public init(_ steps: Int) {
        self.steps = steps
        weight = Parameter(.normal(deviation: 1))
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            guard input.steps <= steps else {
                throw FoveaError(
                    .usage, layer: "has a table of \(steps) steps, \(input.values.producer) gives \(input.steps).",
                    remedy:
                        "Give the table as many steps as the longest sequence, or use PositionalEncoding(), which has no end."
                )
            }
            let channels = input.values.shape[1]
            let table = try weight.value(
                Shape(validating: [steps, channels]), fanIn: steps, fanOut: channels, in: trace)
            let used = try Slice(axis: 0, start: 0, end: input.steps).applied(to: table)
            return input.with(try input.values + Transposition(permutation: [1, 0]).applied(to: used))
        }
    }
}
