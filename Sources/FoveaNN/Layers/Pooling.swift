public import FoveaGraph

/// Keeps the largest value of each window; the number of channels stays.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.MaxPool2d`.
public struct MaxPool2D: Layer {
    public let size: Window.Extent
    public let stride: Window.Extent
    public let padding: Window.Padding

    /// - Parameter stride: the window's size when not given, so that windows tile the image.
    public init(_ size: Window.Extent, stride: Window.Extent? = nil, padding: Int = 0) {
        self.size = size
        self.stride = stride ?? size
        self.padding = Window.Padding(padding)
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { _ in
            try input.expectImages()
            let window = try Window(kernel: size, stride: stride, padding: padding)
            return try MaxPooling(window).results(on: [input])[0]
        }
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
