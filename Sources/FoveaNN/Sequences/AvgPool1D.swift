import FoveaGraph

/// The mean of each channel in windows over the steps: [N, C, T] becomes [N, C, T'], and lengths likewise.
///
/// What lies beyond a sequence's length counts as 0. Same numbers as `torch.nn.AvgPool1d`.
public struct AvgPool1D: SequenceLayer {
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
            return SequenceValue(
                try AveragePooling(Window(axes: [axis])).results(on: [input.masked().values])[0],
                lengths: try input.lengths(behind: axis))
        }
    }
}
