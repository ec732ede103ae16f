public import FoveaGraph

/// Averages an image to a given size, whatever its own: result row i is the mean of the rows from ⌊i·H/H'⌋ to
/// ⌈(i + 1)·H/H'⌉, and likewise for columns.
///
/// Input [N, C, H, W]; result [N, C, H', W']. Same numbers as `torch.nn.AdaptiveAvgPool2d`.
public struct AdaptiveAvgPool2D: Layer {
    public let size: Window.Extent

    public init(_ size: Window.Extent) { self.size = size }

    public func callAsFunction(_ input: Value) throws -> Value {
        try input.trace.place(self) { trace in
            try input.expectImages()
            let (images, channels, height, width) = (input.shape[0], input.shape[1], input.shape[2], input.shape[3])
            guard size.height >= 1, size.width >= 1, height >= 1, width >= 1 else {
                throw FoveaError(
                    .usage, layer: "makes \(size) of images of \(height)×\(width).", remedy: "Use sizes of at least 1.")
            }
            if (height, width) == (size.height, size.width) { return input }
            let means = try Shape(validating: [images, channels, size.height, size.width])
            // The windows differ in size, so each axis is a product with a matrix of weights.
            let lines = try Shape(validating: [images * channels * height, width])
            let byColumns = try MatrixMultiplication()
                .applied(to: Reshape(to: lines).applied(to: input), trace.constant(Self.means(of: width, size.width)))
            let planes = try Shape(validating: [images * channels, height, size.width])
            let turned = try Transposition(permutation: [0, 2, 1]).applied(
                to: Reshape(to: planes).applied(to: byColumns))
            let turnedLines = try Shape(validating: [images * channels * size.width, height])
            let byRows = try MatrixMultiplication()
                .applied(
                    to: Reshape(to: turnedLines).applied(to: turned),
                    trace.constant(Self.means(of: height, size.height)))
            let turnedPlanes = try Shape(validating: [images * channels, size.width, size.height])
            let result = try Transposition(permutation: [0, 2, 1])
                .applied(to: Reshape(to: turnedPlanes).applied(to: byRows))
            return try Reshape(to: means).applied(to: result)
        }
    }

    /// The matrix [from, to] whose column i holds the weights of the i-th mean.
    private static func means(of count: Int, _ parts: Int) throws -> Tensor {
        let shape = try Shape(validating: [count, parts])
        var elements = [Double](repeating: 0, count: shape.elementCount)
        for part in 0..<parts {
            let (start, end) = (part * count / parts, ((part + 1) * count + parts - 1) / parts)
            for index in start..<end { elements[index * parts + part] = 1 / Double(end - start) }
        }
        return Tensor(elements: elements, .float32(shape))
    }
}
