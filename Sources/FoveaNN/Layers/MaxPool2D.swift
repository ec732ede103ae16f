public import FoveaGraph

/// Keeps the largest value of each window; the number of channels stays.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.MaxPool2d`.
public struct MaxPool2D: Layer {
    public let size: Window.Extent
    public let stride: Window.Extent
    public let padding: Window.Padding
    /// Whether a last window covers the leftover rows and columns (`ceil_mode` in PyTorch).
    public let coversRemainder: Bool

    /// - Parameter stride: the window's size by default, so that windows tile the image.
    public init(
        _ size: Window.Extent, stride: Window.Extent? = nil, padding: Int = 0, coversRemainder: Bool = false
    ) {
        self.size = size
        self.stride = stride ?? size
        self.padding = Window.Padding(padding)
        self.coversRemainder = coversRemainder
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in
            try input.expectImages()
            var window = try Window(kernel: size, stride: stride, padding: padding)
            if coversRemainder { window = try window.coveringRemainder(over: input.shape.spatialSizes) }
            return try MaxPooling(window).results(on: [input])[0]
        }
    }
}

extension Window {
    /// The window with enough padding after the last pixel of each axis for a last position to cover the remainder.
    /// That position starts inside the image or the padding before it, as PyTorch's `ceil_mode` requires.
    fileprivate func coveringRemainder(over sizes: [Int]) throws -> Window {
        try Window(
            axes: zip(axes, sizes).map { axis, size in
                let room = size + axis.before + axis.after - axis.span
                guard room > 0, room % axis.stride > 0 else { return axis }
                let lastStart = (room / axis.stride + 1) * axis.stride
                let extra = lastStart < size + axis.before ? axis.stride - room % axis.stride : 0
                return Axis(
                    kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation, before: axis.before,
                    after: axis.after + extra)
            })
    }
}
