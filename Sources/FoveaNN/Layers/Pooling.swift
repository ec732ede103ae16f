public import FoveaGraph

/// Keeps the largest value of each window; the number of channels stays.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.MaxPool2d`.
public struct MaxPool2D: Layer {
    public let size: Window.Extent
    public let stride: Window.Extent
    public let padding: Window.Padding
    /// Whether a last window takes the rows and columns that are left over (`ceil_mode` in PyTorch).
    public let coversRemainder: Bool

    /// - Parameter stride: the window's size when not given, so that windows tile the image.
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
            if coversRemainder { window = try window.coveringRemainder(height: input.shape[2], width: input.shape[3]) }
            return try MaxPooling(window).results(on: [input])[0]
        }
    }
}

extension Window {
    /// The window with as much padding below and to the right as lets a last position take what is left over. That
    /// position starts inside the image or its upper left padding, as PyTorch's `ceil_mode` wants it.
    fileprivate func coveringRemainder(height: Int, width: Int) throws -> Window {
        func extra(_ size: Int, _ before: Int, _ after: Int, _ kernel: Int, _ stride: Int) -> Int {
            let span = size + before + after - kernel
            guard span > 0, span % stride > 0 else { return 0 }
            let lastStart = (span / stride + 1) * stride
            return lastStart < size + before ? stride - span % stride : 0
        }
        return try Window(
            kernel: kernel, stride: stride,
            padding: Padding(
                top: padding.top, left: padding.left,
                bottom: padding.bottom + extra(height, padding.top, padding.bottom, kernel.height, stride.height),
                right: padding.right + extra(width, padding.left, padding.right, kernel.width, stride.width)))
    }
}

/// Replaces each window by its mean; the number of channels stays.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.AvgPool2d`.
public struct AvgPool2D: Layer {
    public let size: Window.Extent
    public let stride: Window.Extent
    public let padding: Window.Padding
    public let countIncludingPadding: Bool

    /// - Parameter stride: the window's size when not given, so that windows tile the image.
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

/// Replaces each channel by its mean: [N, C, H, W] becomes [N, C], whatever the image's size.
///
/// Source: Lin et al., "Network In Network", 2014.
public struct GlobalAvgPool2D: Layer {
    public init() {}

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in
            try input.expectImages()
            let means = try GlobalAveragePooling().applied(to: input)
            return try Reshape(to: [input.shape[0], input.shape[1]]).applied(to: means)
        }
    }
}
