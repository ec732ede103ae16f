import FoveaFoundation
import FoveaGraph

/// Adds waves of the step's number, by which layers without an order of their own tell steps apart:
/// PE[2i, t] = sin(t / 10000^(2i/C)), PE[2i + 1, t] = cos(t / 10000^(2i/C)).
///
/// Input and result [N, C, T]; nothing is learned, and no sequence is too long.
///
/// Source: Vaswani et al., "Attention Is All You Need", 2017.
public struct PositionalEncoding: SequenceLayer {
    public init() {}

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self) { trace in
            try input.expectSeries()
            let shape = try Shape(validating: [1, input.values.shape[1], input.steps])
            let waves = Tensor(
                elements: Self.waves(channels: shape[1], steps: shape[2]),
                TensorType(shape, input.values.dataType))
            return input.with(try input.values + trace.constant(waves))
        }
    }

    /// Channel by channel.
    static func waves(channels: Int, steps: Int) -> [Double] {
        (0..<channels).flatMap { channel in
            let period = pow(10_000, Double(channel - channel % 2) / Double(channels))
            return (0..<steps).map { step in
                channel % 2 == 0 ? sin(Double(step) / period) : cos(Double(step) / period)
            }
        }
    }
}
