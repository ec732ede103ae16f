import FoveaGraph

/// The largest value of each channel in windows over the steps: [N, C, T] becomes [N, C, T'], and lengths likewise.
///
/// What lies beyond a sequence's length does not count. Same numbers as `torch.nn.MaxPool1d`.
public struct MaxPool1D: SequenceLayer {
    public let kernel: Int
    public let stride: Int
    public let padding: Int

    /// - Parameter stride: by default the kernel.
    public init(_ kernel: Int, stride: Int? = nil, padding: Int = 0) {
        self.kernel = kernel
        self.stride = stride ?? kernel
        self.padding = padding
    }

    public func callAsFunction(_ input: SequenceValue) throws -> SequenceValue {
        try input.values.trace.place(self) { _ in
            try input.expectSeries()
            let axis = Window.Axis(kernel: kernel, stride: stride, before: padding, after: padding)
            let values = try input.masked(by: -.infinity).values
            // A window that sees padding only has no maximum.
            return try SequenceValue(
                MaxPooling(Window(axes: [axis])).results(on: [values])[0], lengths: input.lengths(behind: axis)
            ).masked()
        }
    }
}
