public import FoveaGraph

/// A vector for each token: [N, T] becomes [N, width, T].
///
/// Parameter: `weight` [tokens, width], from N(0, 1). Same numbers as `torch.nn.Embedding`, with channels before steps. A token
/// outside of the table gives zeros.
public struct Embedding: SequenceLayer {
    public let tokens: Int
    public let width: Int
    /// A token, usually the padding, that stays zero and learns nothing.
    public let paddingIndex: Int?
    let weight: Parameter

    public init(_ tokens: Int, width: Int, paddingIndex: Int? = nil) {
        self.tokens = tokens
        self.width = width
        self.paddingIndex = paddingIndex
        weight = Parameter(.normal(deviation: 1))
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self, holding: weight) { trace in
            guard input.values.shape.rank == 2, input.values.dataType == .int32 else {
                throw FoveaError(
                    .usage,
                    layer: "expects tokens, int32 [batch, steps], \(input.values.producer) gives \(input.values.type).",
                    remedy: "Series of numbers need no embedding.")
            }
            guard tokens >= 1, width >= 1, paddingIndex.map((0..<tokens).contains) ?? true else {
                throw FoveaError(
                    .usage,
                    layer: "has \(tokens) tokens of width \(width)"
                        + (paddingIndex.map { " and the padding \($0)." } ?? "."),
                    remedy: "Use at least 1 of each, and one of the tokens as padding.")
            }
            var table = try weight.value([tokens, width], fanIn: tokens, fanOut: width, in: trace)
            if let paddingIndex {
                let kept = (0..<tokens).map { $0 == paddingIndex ? Float(0) : 1 }
                let mask = try trace.constant(Tensor([tokens, 1], kept)).cast(to: table.dataType)
                table = try table * mask
            }
            let vectors = try Gather().applied(to: table, input.values)  // [N, T, width]
            return input.with(try Transposition(permutation: [0, 2, 1]).applied(to: vectors))
        }
    }

    /// The layer over tokens that are all valid.
    public func callAsFunction(_ input: Value) throws -> Value { try self(SequenceValue(input)).values }
}
