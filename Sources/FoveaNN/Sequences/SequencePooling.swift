public import FoveaGraph

/// Summaries of sequences: one number for each channel.
public struct SequencePooling: Layer {
    /// What is taken of the valid steps.
    public enum Kind: Hashable, Sendable, CaseIterable {
        /// The value at the last one.
        case last
        /// Their mean.
        case mean
        /// The largest value.
        case maximum
    }

    public let kinds: [Kind]

    /// - Parameter kinds: at least one; several stand side by side.
    public init(_ kinds: Kind...) { self.kinds = kinds }

    /// [N, C, T] becomes [N, kinds · C].
    public func callAsFunction(_ input: SequenceValue) throws -> Value {
        try input.values.trace.place(self) { _ in
            try input.expectSeries()
            guard !kinds.isEmpty else {
                throw FoveaError(
                    .usage, layer: "takes nothing of a sequence.", remedy: "Give it a kind, such as .mean.")
            }
            let summaries = try kinds.map { try summary($0, of: input) }
            return summaries.count == 1 ? summaries[0] : try Concatenation(axis: 1).results(on: summaries)[0]
        }
    }

    public func callAsFunction(_ input: Value) throws -> Value { try self(SequenceValue(input)) }

    private func summary(_ kind: Kind, of input: SequenceValue) throws -> Value {
        let shape = input.values.shape
        let summary = Shape([shape[0], shape[1]])
        switch (kind, input.lengths) {
        case (.last, let lengths?): return try SequenceLast().applied(to: input.values, lengths)
        case (.last, nil):
            let last = try Slice(axis: 2, start: input.steps - 1, end: input.steps).applied(to: input.values)
            return try Reshape(to: summary).applied(to: last)
        case (.mean, _): return try Self.mean(of: input)
        case (.maximum, _):
            return try ReduceMaximum(axes: [2]).applied(to: input.masked(by: -.infinity).values)
        }
    }

    /// The mean of each channel over the valid steps, [N, C].
    static func mean(of input: SequenceValue) throws -> Value {
        guard let lengths = input.lengths else { return try ReduceMean(axes: [2]).applied(to: input.values) }
        return try SequenceMean().applied(to: input.values, lengths)
    }
}
