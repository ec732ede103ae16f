import FoveaGraph

/// Averages sequences of any length to a given one: result step i is the mean of the steps from ⌊i·T/T'⌋ to ⌈(i + 1)·T/T'⌉.
///
/// Input [N, C, T]; result [N, C, T'], all of whose steps are valid. Same numbers as `torch.nn.AdaptiveAvgPool1d`. Sequences of
/// unequal lengths have no windows in common: they are refused, but for one step, which is the mean of the valid ones.
public struct AdaptiveAvgPool1D: SequenceLayer {
    public let steps: Int

    public init(_ steps: Int) { self.steps = steps }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self) { _ in
            try input.expectSeries()
            guard steps >= 1, input.steps >= 1 else {
                throw FoveaError(
                    .usage, layer: "cannot make \(steps) steps of \(input.steps).", remedy: "Use at least 1.")
            }
            let (batch, channels) = (input.values.shape[0], input.values.shape[1])
            if steps == 1 {
                return SequenceValue(
                    try Reshape(to: [batch, channels, 1]).applied(to: SequencePooling.mean(of: input)))
            }
            guard input.lengths == nil else {
                throw FoveaError(
                    .usage, layer: "makes \(steps) steps of sequences of unequal lengths.",
                    remedy: "Use SequencePooling(.mean), or windows of one size, AvgPool1D.")
            }
            let image = try Reshape(to: [batch, channels, 1, input.steps]).applied(to: input.values)
            let pooled = try AdaptiveAvgPool2D(Window.Extent(1, steps))(image)
            return SequenceValue(try Reshape(to: [batch, channels, steps]).applied(to: pooled))
        }
    }
}
