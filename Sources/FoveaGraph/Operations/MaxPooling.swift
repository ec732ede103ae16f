/// Keeps the largest pixel under a sliding window: y[n,c,i,j] = max_{u,v} x[n, c, i·s + u·d − p, j·s + v·d − p], and likewise
/// for any other number of spatial axes.
///
/// Operand: images [N, C, H, W]. Results: the maxima [N, C, H', W'], and of the same shape, as int32, the winner's place
/// u·KW + v inside the window. Padding never wins. Of equal pixels the first wins; NaN wins over every number.
///
/// Source: ONNX `MaxPool`. Same numbers as `torch.nn.functional.max_pool2d`, `max_pool1d` and
/// `max_pool3d`.
public struct MaxPooling: WindowedOperation, Channelwise {
    public static let name = "MaxPooling"
    public let window: Window

    public init(_ window: Window) { self.window = window }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        let pooled = try window.pooledType(of: operands[0], by: Self.name)
        guard window.placeCount <= Int32.max else {
            throw FoveaError(
                .usage, "The window of \(window.kernel.sizeText) has more places than an int32 can number.",
                remedy: "Use a smaller kernel.")
        }
        return [pooled, TensorType(pooled.shape, .int32)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        return [
            try MaxPoolingGradient(window, inputShape: operands[0].shape).applied(to: results[1], upstream)
        ]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let images = operands[0]
        var maxima = ReferenceTensor(resultTypes[0].shape, repeating: -.infinity)
        var places = ReferenceTensor(resultTypes[1].shape, repeating: -1)
        window.forEachPooledPixel(images: images.shape, results: maxima.shape) { result, place, pixel in
            let value = images.elements[pixel]
            let isFirst = places.elements[result] < 0
            if isFirst || value > maxima.elements[result] || value.isNaN {
                maxima.elements[result] = value
                places.elements[result] = Double(place)
            }
        }
        return [maxima, places]
    }
}
