public import FoveaGraph

/// A network that classifies sequences: an embedding where the steps are tokens, an encoder, and a fully connected layer.
///
/// Inputs: `sequences`, float32 [N, C, T] or int32 [N, T], and, where the network is traced with it, `lengths`, int32 [N].
/// Output: `logits` [N, classes].
public struct SequenceClassifier: Network {
    let embedding: Embedding?
    public let encoder: any SequenceEncoder
    let head: Dense

    /// - Parameter embedding: nil for series of numbers.
    public init(_ encoder: any SequenceEncoder, classes: Int, embedding: Embedding? = nil) {
        self.embedding = embedding
        self.encoder = encoder
        head = Dense(classes)
    }

    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        var x = SequenceValue(try inputs[GraphName.sequences], lengths: lengths)
        if let embedding { x = try embedding(x) }
        return [GraphName.logits: try head(encoder.features(of: x))]
    }
}
