public import FoveaGraph

/// Residual network over sequences: three blocks of three convolutions, then the mean of each channel.
///
/// Source: Wang, Yan and Oates, "Time Series Classification from Scratch with Deep Neural Networks", 2017.
public struct ResNet1D: SequenceEncoder {
    struct Block: SequenceLayer {
        let convolutions: [Conv1D]
        let normalizations: [BatchNorm1D]
        /// Brings the input to as many channels; where it has them, it is only normalized.
        let shortcut: Conv1D?
        let shortcutNormalization = BatchNorm1D()

        init(_ filters: Int, changesWidth: Bool) {
            convolutions = [8, 5, 3].map { Conv1D(filters, kernel: $0, padding: .same, bias: false) }
            normalizations = convolutions.map { _ in BatchNorm1D() }
            shortcut = changesWidth ? Conv1D(filters, kernel: 1, bias: false) : nil
        }

        func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
            var x = input
            for (index, layers) in zip(convolutions, normalizations).enumerated() {
                x = try layers.1(layers.0(x))
                if index < convolutions.count - 1 { x = try ReLU().overSteps(x) }
            }
            let residual = try shortcutNormalization(shortcut?(input) ?? input)
            return x.with(try ReLU()(x.values + residual.values))
        }
    }

    let blocks: [Block]

    /// - Parameters:
    ///   - inputs: number of channels of the input.
    ///   - filters: of the first block; the others have twice as many.
    public init(inputs: Int, filters: Int = 64) {
        blocks = [
            Block(filters, changesWidth: inputs != filters), Block(2 * filters, changesWidth: true),
            Block(2 * filters, changesWidth: false),
        ]
    }

    public func features(of input: SequenceValue) throws -> Value {
        try SequencePooling(.mean)(blocks.reduce(input) { try $1($0) })
    }
}
