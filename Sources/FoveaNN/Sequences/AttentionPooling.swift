public import FoveaGraph

/// A weighted mean of the steps whose weights are learned: e_t = score · tanh(weight · h_t + bias), α = softmax of e over the valid
/// steps, result Σ_t α_t · h_t.
///
/// Input [N, C, T]; result [N, C] and the weights α [N, T], which say where the layer looks: 0 beyond a sequence's length, with the
/// sum 1. Parameters: `weight` [width, C], `bias` [width], `score` [width].
///
/// Source: Bahdanau, Cho and Bengio, "Neural Machine Translation by Jointly Learning to Align and Translate", 2015; Yang et
/// al., "Hierarchical Attention Networks for Document Classification", 2016.
public struct AttentionPooling: Layer {
    /// A summary of sequences and what it was made of.
    public struct Result {
        /// Σ_t α_t · h_t, [N, C].
        public let pooled: Value
        /// α, [N, T].
        public let weights: Value
    }

    public let width: Int
    let weight: Parameter
    let bias: Parameter
    let score: Parameter

    /// - Parameter width: the size of the vectors that steps are scored by.
    public init(_ width: Int, initializer: Initializer = .kaimingUniform()) {
        self.width = width
        weight = Parameter(initializer)
        bias = Parameter(.uniformFanIn)
        score = Parameter(initializer)
    }

    /// - Throws: ``FoveaError`` that names the layer when the input does not fit.
    public func callAsFunction(_ input: SequenceValue) throws -> Result {
        try input.values.trace.place(self, holding: weight) { trace in
            try input.expectSeries()
            let (batch, channels, steps) = (input.values.shape[0], input.values.shape[1], input.steps)
            guard width >= 1, channels >= 1 else {
                throw FoveaError(
                    .usage, layer: "scores \(channels) channels by \(width) numbers.", remedy: "Use at least 1 of each."
                )
            }
            let valid = try input.masked()
            let hidden = try Tanh().applied(
                to: valid.values.linearOverSteps(
                    weight.value([width, channels], fanIn: channels, fanOut: width, in: trace),
                    bias.value([width], fanIn: channels, fanOut: width, in: trace)))
            let row = try Reshape(to: [1, width])
                .applied(to: score.value([width], fanIn: width, fanOut: 1, in: trace))
            let energies = input.with(try hidden.linearOverSteps(row, nil))
            // The second mask makes zeros of the softmax over no steps at all, which has no value.
            let weights = try input.with(Softmax(axis: 2).applied(to: energies.masked(by: -.infinity).values))
                .masked().values
            return Result(
                pooled: try ReduceSum(axes: [2]).applied(to: valid.values * weights),
                weights: try Reshape(to: [batch, steps]).applied(to: weights))
        }
    }

    /// The result over sequences whose steps are all valid.
    public func callAsFunction(_ input: Value) throws -> Value { try self(SequenceValue(input)).pooled }
}
