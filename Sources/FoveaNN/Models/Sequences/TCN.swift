public import FoveaGraph

/// Temporal convolutional network: residual blocks of causal convolutions whose dilation doubles from block to block, so that the
/// last step sees 1 + 2(kernel − 1)(2^levels − 1) steps. Its value at the last valid step is the result. A ``CausalStream`` of it
/// follows a stream step by step.
///
/// Source: Bai, Kolter and Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence
/// Modeling", 2018.
public struct TCN: StepEncoder, CausalLayer {
    /// [weight norm → causal convolution → ReLU → dropout] twice, plus the input, ReLU.
    struct Block: CausalLayer {
        let conv1: Conv1D
        let conv2: Conv1D
        /// Brings the input to as many channels; where it has them, it is added as it is.
        let downsample: Conv1D?
        let dropout: Dropout

        init(_ filters: Int, kernel: Int, dilation: Int, dropout: Double, changesWidth: Bool) {
            conv1 = Conv1D(filters, kernel: kernel, padding: .causal, dilation: dilation, weightNorm: true)
            conv2 = Conv1D(filters, kernel: kernel, padding: .causal, dilation: dilation, weightNorm: true)
            downsample = changesWidth ? Conv1D(filters, kernel: 1) : nil
            self.dropout = Dropout(dropout)
        }

        func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
            var x = input
            for conv in [conv1, conv2] { x = try dropout.overSteps(ReLU().overSteps(conv(x))) }
            let residual = try downsample?(input) ?? input
            return x.with(try ReLU()(x.values + residual.values))
        }

        func stateShapes(channels: Int) -> [Shape] {
            conv1.stateShapes(channels: channels) + conv2.stateShapes(channels: conv1.filters)
        }

        func callAsFunction(_ steps: Value, state: CausalState?) throws -> CausalResult {
            var (x, walk) = (steps, CausalWalk(from: state))
            for conv in [conv1, conv2] { x = try dropout(ReLU()(walk(conv, x))) }
            let residual = try downsample?(steps) ?? steps
            return CausalResult(sequence: try ReLU()(x + residual), state: walk.state)
        }
    }

    let network: [Block]

    /// - Parameters:
    ///   - inputs: number of channels of the input.
    ///   - filters: number of channels of each block.
    ///   - levels: number of blocks.
    public init(inputs: Int, filters: Int = 25, levels: Int = 8, kernel: Int = 7, dropout: Double = 0) {
        network = (0..<max(0, levels)).map { level in
            Block(
                filters, kernel: kernel, dilation: 1 << min(level, 20), dropout: dropout,
                changesWidth: level == 0 && inputs != filters)
        }
    }

    /// The fewest levels with which the last step sees so many steps.
    public static func levels(seeing steps: Int, kernel: Int) -> Int {
        (1...20).first { 1 + 2 * (kernel - 1) * ((1 << $0) - 1) >= steps } ?? 20
    }

    /// The channels after each step, none of which depends on a later one.
    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try network.reduce(input) { try $1($0) }
    }

    public func steps(of input: SequenceValue) throws -> SequenceValue { try self(input) }

    public func stateShapes(channels: Int) -> [Shape] {
        network.enumerated().flatMap { level, block in
            block.stateShapes(channels: level == 0 ? channels : block.conv1.filters)
        }
    }

    public func callAsFunction(_ steps: Value, state: CausalState?) throws -> CausalResult {
        var walk = CausalWalk(from: state)
        let last = try network.reduce(steps) { try walk($1, $0) }
        return CausalResult(sequence: last, state: walk.state)
    }

    public func features(of input: SequenceValue) throws -> Value { try SequencePooling(.last)(self(input)) }
}
