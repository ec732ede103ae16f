import FoveaFoundation
public import FoveaGraph

/// A network that says something of each token, one token at a time: the state of those before goes in and comes out, so that a
/// token costs the same however many came before.
///
/// Inputs: `sequences`, int32 [N, 1], the next token, and the state of a ``RecurrentStream`` or a ``CausalStream``, zeros at first. Outputs:
/// `logits` [N, classes], and the state after the token under the same names. Weights are those of the ``SequenceNetwork``.
public struct TokenStream: Network {
    private let embedding: Embedding
    private let encoder: any SequenceEncoder
    private let head: Dense
    private let width: Int

    /// - Parameter width: the size of the vectors that tokens become.
    /// - Throws: ``FoveaError`` when the network takes no tokens, or reads those that come later too.
    public init(_ network: SequenceNetwork, width: Int = SequenceZoo.embeddingWidth) throws {
        guard let embedding = network.embedding, network.isCausal else {
            throw FoveaError(
                .usage, "The network reads tokens that come later, or none at all.",
                remedy: "Use a TCN or a recurrent network in one direction.")
        }
        (self.embedding, encoder, head, self.width) = (embedding, network.encoder, network.head, width)
    }

    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        var given = inputs
        given.set(
            GraphName.sequences, to: try embedding(SequenceValue(inputs[GraphName.sequences])).values)
        let results = try encoder.stream?.network(given) ?? [:]
        var outputs: Named<Value> = [GraphName.logits: try head(results["last"])]
        for (name, value) in results where inputs.contains(name) { outputs.set(name, to: value) }
        return outputs
    }

    /// The types of one example's inputs.
    public var inputs: Named<TensorType> {
        var types = encoder.stream?.inputs(width, 1) ?? [:]
        types.set(GraphName.sequences, to: TensorType([1], .int32))
        return types
    }
}

extension SequenceNetwork {
    /// Whether what it says of a step depends on that and those before alone.
    public var isCausal: Bool { encoder.stream != nil }
}

extension SequenceEncoder {
    /// The encoder in pieces, with the types of their inputs for some channels and steps; nil where a step depends on later ones.
    public var stream: (network: any Network, inputs: (_ channels: Int, _ steps: Int) -> Named<TensorType>)? {
        if let memory = self as? RecurrentEncoder {
            // A memory that reads backwards too has to wait for the end.
            guard memory.recurrent.directions == 1 else { return nil }
            let stream = RecurrentStream(memory.recurrent)
            return (stream, stream.inputs)
        }
        guard let causal = self as? any CausalLayer else { return nil }
        let stream = CausalStream(causal)
        return (stream, stream.inputs)
    }
}
