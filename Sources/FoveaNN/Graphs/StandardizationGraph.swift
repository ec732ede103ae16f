public import FoveaGraph

/// Images as bytes in, standardized images out: (x / 255 − mean) / deviation with each channel's mean and deviation, the same
/// numbers as torchvision's `ToTensor` and `Normalize`.
///
/// Input `images`: u8 [N, C, H, W]. Output `images`: f32 of the same shape.
public struct StandardizationGraph: Sendable {
    public let graph: Graph

    /// - Parameters:
    ///   - images: the shape of a batch, [N, C, H, W].
    ///   - mean: one number for each channel, where white is 1.
    ///   - standardDeviation: one number for each channel, greater than 0.
    /// - Throws: ``FoveaError`` when there is not one number for each channel.
    public init(images: Shape, mean: [Float], standardDeviation: [Float]) throws {
        let builder = GraphBuilder()
        let bytes = try builder.input(GraphName.images, TensorType(images, .uint8))
        func perChannel(_ numbers: [Float]) throws -> Value {
            let shape = Shape([1, numbers.count] + images.dimensions.dropFirst(2).map { _ in 1 })
            return try builder.constant(try Tensor(shape, numbers))
        }
        let whiteIsOne = try bytes.cast(to: .float32) / builder.constant(255)
        let standardized = try (whiteIsOne - perChannel(mean)) / perChannel(standardDeviation)
        builder.output(GraphName.images, standardized)
        graph = builder.graph
    }
}
