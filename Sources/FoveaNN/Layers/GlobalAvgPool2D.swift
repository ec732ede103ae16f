public import FoveaGraph

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
