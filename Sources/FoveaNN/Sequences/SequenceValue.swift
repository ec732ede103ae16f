public import FoveaGraph

/// A batch of sequences in a graph, with the number of valid steps of each.
///
/// One layout everywhere: [N, C, T], channels before steps, as images have channels before rows. Tokens are int32 [N, T].
/// Sequences are padded on the right.
public struct SequenceValue {
    /// [N, C, T], or int32 [N, T] for tokens.
    public var values: Value
    /// int32 [N], each from 1 to T; nil where all steps are valid.
    public var lengths: Value?

    public init(_ values: Value, lengths: Value? = nil) {
        self.values = values
        self.lengths = lengths
    }

    /// T, padding included.
    public var steps: Int { values.shape.dimensions.last ?? 1 }

    /// The same lengths with other values.
    func with(_ values: Value) -> SequenceValue { SequenceValue(values, lengths: lengths) }
}

/// A layer over sequences that knows how many steps of each are valid.
public protocol SequenceLayer: Layer {
    /// Adds the layer to the graph of `input`.
    ///
    /// - Throws: ``FoveaError`` that names the layer's path when the input does not fit.
    func callAsFunction(_ input: SequenceValue) throws -> SequenceValue
}

extension SequenceLayer {
    /// The layer over sequences whose steps are all valid.
    public func callAsFunction(_ input: Value) throws -> Value { try self(SequenceValue(input)).values }
}
