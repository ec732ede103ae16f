public import FoveaGraph

/// The networks over sequences that the command knows by name.
public struct SequenceZoo: Sendable {
    /// What a network is made for.
    public struct Problem: Hashable, Sendable {
        public let answer: SequenceAnswer
        /// The number of channels of a series; nil where the steps are tokens.
        public let channels: Int?
        /// The number of steps of the longest sequence.
        public let steps: Int
        /// The number of tokens, that of the padding included; nil for series.
        public let tokens: Int?

        public init(_ answer: SequenceAnswer, channels: Int?, steps: Int, tokens: Int? = nil) {
            (self.answer, self.channels, self.steps, self.tokens) = (answer, channels, steps, tokens)
        }

        /// A problem of classification.
        public init(classes: Int, channels: Int?, steps: Int, tokens: Int? = nil) {
            self.init(.classes(classes), channels: channels, steps: steps, tokens: tokens)
        }

        /// The types of one example.
        public var inputs: Named<TensorType> {
            let sequences: TensorType =
                if let channels { .float32([channels, steps]) } else { TensorType([steps], .int32) }
            return [GraphName.sequences: sequences, GraphName.lengths: TensorType([], .int32)]
        }
    }

    /// A network of the zoo, with everything needed to make it.
    public struct Entry: Sendable {
        /// The name on the command line.
        public let name: String
        /// One-line description.
        public let summary: String
        /// Whether it has a memory instead of filters.
        public let isRecurrent: Bool
        /// The number of filters, or the size of the state, unless another is asked for.
        public let width: Int
        fileprivate let encoder: @Sendable (_ channels: Int, _ steps: Int, _ width: Int) -> any SequenceEncoder

        /// The network for a problem.
        ///
        /// - Parameter width: nil for the usual one.
        public func make(_ problem: Problem, width: Int? = nil) -> SequenceNetwork {
            let channels = problem.channels ?? SequenceZoo.embeddingWidth
            return SequenceNetwork(
                encoder(channels, problem.steps, width ?? self.width), problem.answer,
                embedding: problem.channels == nil
                    ? Embedding(problem.tokens ?? 1, width: channels, paddingIndex: 0) : nil)
        }
    }

    /// The size of the vectors that tokens become.
    public static let embeddingWidth = 32

    public static let entries: [Entry] = [
        Entry(
            name: "tcn", summary: "temporal convolutional network (Bai et al., 2018), deep enough to see all steps",
            isRecurrent: false, width: 25
        ) { channels, steps, width in
            TCN(inputs: channels, filters: width, levels: TCN.levels(seeing: steps, kernel: 7), kernel: 7)
        },
        Entry(
            name: "cnn1d", summary: "three convolutions over time, then mean and maximum", isRecurrent: false, width: 64
        ) { _, _, width in CNN1D(filters: width) },
        Entry(
            name: "fcn", summary: "fully convolutional network (Wang et al., 2017)", isRecurrent: false, width: 128
        ) { _, _, width in FCN(filters: width) },
        Entry(
            name: "resnet1d", summary: "residual network over time (Wang et al., 2017)", isRecurrent: false, width: 64
        ) { channels, _, width in ResNet1D(inputs: channels, filters: width) },
        Entry(
            name: "inceptiontime", summary: "Inception network over time (Ismail Fawaz et al., 2020), one of its five",
            isRecurrent: false, width: 32
        ) { channels, _, width in InceptionTime(inputs: channels, filters: width) },
        Entry(
            name: "rnn", summary: "simple recurrent network (Elman, 1990), tanh", isRecurrent: true, width: 128
        ) { _, _, width in RecurrentEncoder(RNN(width)) },
        Entry(
            name: "lstm", summary: "long short-term memory (Hochreiter and Schmidhuber, 1997)", isRecurrent: true,
            width: 128
        ) { _, _, width in RecurrentEncoder(LSTM(width)) },
        Entry(name: "gru", summary: "gated recurrent unit (Cho et al., 2014)", isRecurrent: true, width: 128) {
            _, _, width in RecurrentEncoder(GRU(width))
        },
        Entry(
            name: "bilstm", summary: "LSTM in both directions", isRecurrent: true, width: 64
        ) { _, _, width in RecurrentEncoder(LSTM(width, bidirectional: true)) },
        Entry(
            name: "bigru", summary: "GRU in both directions", isRecurrent: true, width: 64
        ) { _, _, width in RecurrentEncoder(GRU(width, bidirectional: true)) },
    ]

    /// The entry of this name; nil where there is none.
    public static func entry(named name: String) -> Entry? { entries.first { $0.name == name } }
}
