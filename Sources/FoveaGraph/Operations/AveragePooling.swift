/// Averages the pixels under a sliding window: y[n,c,i,j] = 1/K · Σ_{u,v} x[n, c, i·s + u·d − p, j·s + v·d − p], and likewise for
/// any other number of spatial axes.
///
/// Operand: images [N, C, H, W]. Result: [N, C, H', W']. K is the window's size KH·KW if padding counts (as zeros), and
/// the number of pixels inside the image otherwise.
///
/// Source: ONNX `AveragePool` (whose default is not to count padding). Same numbers as
/// `torch.nn.functional.avg_pool2d`, `avg_pool1d` and `avg_pool3d` (whose default is to count it).
public struct AveragePooling: WindowedOperation, Channelwise {
    public static let name = "AveragePooling"
    public let window: Window
    public let countIncludingPadding: Bool

    public init(_ window: Window, countIncludingPadding: Bool = true) {
        self.window = window
        self.countIncludingPadding = countIncludingPadding
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        return [try window.pooledType(of: operands[0], by: Self.name)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        return [
            try AveragePoolingGradient(
                window, countIncludingPadding: countIncludingPadding, inputShape: operands[0].shape
            ).applied(to: upstream)
        ]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let images = operands[0]
        var result = ReferenceTensor(resultTypes[0].shape)
        window.forEachPooledPixel(images: images.shape, results: result.shape) { position, _, pixel in
            result.elements[position] += images.elements[pixel]
        }
        let counts = pixelCounts(images: images.shape, results: result.shape)
        for position in result.elements.indices { result.elements[position] /= counts[position] }
        return [result]
    }

    /// The number that each result's sum is divided by.
    func pixelCounts(images: Shape, results: Shape) -> [Double] {
        if countIncludingPadding {
            return [Double](repeating: Double(window.placeCount), count: results.elementCount)
        }
        var counts = [Double](repeating: 0, count: results.elementCount)
        window.forEachPooledPixel(images: images, results: results) { position, _, _ in counts[position] += 1 }
        return counts
    }
}
