public import FoveaGraph

/// A small convolutional network over sequences: blocks of convolution, batch normalization and ReLU, then mean and maximum of each
/// channel over the valid steps.
public struct CNN1D: SequenceEncoder {
    let convolutions: [Conv1D]
    let normalizations: [BatchNorm1D]
    let dropout: Dropout

    public init(filters: Int = 64, blocks: Int = 3, kernel: Int = 3, dropout: Double = 0) {
        convolutions = (0..<max(1, blocks)).map { _ in
            // Batch normalization has a bias of its own.
            Conv1D(filters, kernel: kernel, padding: .same, bias: false)
        }
        normalizations = convolutions.map { _ in BatchNorm1D() }
        self.dropout = Dropout(dropout)
    }

    public func features(of input: SequenceValue) throws -> Value {
        let x = try zip(convolutions, normalizations).reduce(input) { x, layers in
            try ReLU().overSteps(layers.1(layers.0(x)))
        }
        return try dropout(SequencePooling(.mean, .maximum)(x))
    }
}
