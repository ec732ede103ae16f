import FoveaFoundation
public import FoveaGraph

/// A network over sequences: an embedding where the steps are tokens, an encoder, and a fully connected layer.
///
/// Inputs: `sequences`, float32 [N, C, T] or int32 [N, T], and, where the network is traced with it, `lengths`, int32 [N].
/// Output: `logits` [N, classes], `predictions` [N, numbers], or `logits` of each step [N, classes, T], as
/// ``SequenceAnswer`` says; those beyond a length are 0.
public struct SequenceNetwork: Network {
    let embedding: Embedding?
    public let encoder: any SequenceEncoder
    let head: Dense
    private let answer: SequenceAnswer

    /// - Parameter embedding: nil for series of numbers.
    public init(_ encoder: any SequenceEncoder, _ answer: SequenceAnswer, embedding: Embedding? = nil) {
        self.embedding = embedding
        self.encoder = encoder
        self.answer = answer
        head = Dense(answer.width)
    }

    /// A network that gives each sequence a class.
    public init(_ encoder: any SequenceEncoder, classes: Int, embedding: Embedding? = nil) {
        self.init(encoder, .classes(classes), embedding: embedding)
    }

    public func callAsFunction(_ inputs: Named<Value>) throws -> Named<Value> {
        let lengths = inputs.contains(GraphName.lengths) ? try inputs[GraphName.lengths] : nil
        var x = SequenceValue(try inputs[GraphName.sequences], lengths: lengths)
        if let embedding { x = try embedding(x) }
        switch answer {
        case .classes: return [GraphName.logits: try head(encoder.features(of: x))]
        case .numbers(_, let scale):
            let numbers = try head(encoder.features(of: x))
            return [GraphName.predictions: try scale?.unscaled(numbers) ?? numbers]
        case .stepClasses:
            guard let encoder = encoder as? any StepEncoder else {
                throw FoveaError(
                    .usage, "\(type(of: encoder)) gives one answer for a sequence, and not one for each step.",
                    remedy: "Use a TCN or a recurrent network.")
            }
            return [GraphName.logits: try head(encoder.steps(of: x)).masked().values]
        }
    }
}
