public import FoveaGraph

/// Replaces each window by its mean; the number of channels stays.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.AvgPool2d`.
public struct AvgPool2D: Layer {
    public let size: Window.Extent
    public let stride: Window.Extent
    public let padding: Window.Padding
    public let countIncludingPadding: Bool

    /// - Parameter stride: the window's size by default, so that windows tile the image.
    public init(
        _ size: Window.Extent, stride: Window.Extent? = nil, padding: Int = 0, countIncludingPadding: Bool = true
    ) {
        self.size = size
        self.stride = stride ?? size
        self.padding = Window.Padding(padding)
        self.countIncludingPadding = countIncludingPadding
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in
            try input.expectImages()
            let window = try Window(kernel: size, stride: stride, padding: padding)
            return try AveragePooling(window, countIncludingPadding: countIncludingPadding).applied(to: input)
        }
    }
}
