public import FoveaGraph

/// Fully convolutional network: three convolutions with batch normalization and ReLU, then the mean of each channel.
///
/// Source: Wang, Yan and Oates, "Time Series Classification from Scratch with Deep Neural Networks", 2017.
public struct FCN: SequenceEncoder {
    let convolutions: [Conv1D]
    let normalizations: [BatchNorm1D]

    /// - Parameter filters: of the first and the last convolution; the second has twice as many.
    public init(filters: Int = 128) {
        convolutions = [(filters, 8), (2 * filters, 5), (filters, 3)].map {
            Conv1D($0, kernel: $1, padding: .same, bias: false)
        }
        normalizations = convolutions.map { _ in BatchNorm1D() }
    }

    public func features(of input: SequenceValue) throws -> Value {
        let x = try zip(convolutions, normalizations).reduce(input) { x, layers in
            try ReLU().overSteps(layers.1(layers.0(x)))
        }
        return try SequencePooling(.mean)(x)
    }
}
