/// Slides filters over images: y[n,o,i,j] = b[o] + Σ_{c,u,v} x[n, c, i·s + u·d − p, j·s + v·d − p] · w[o,c,u,v], and likewise
/// for any other number of spatial axes.
///
/// Operands: images [N, C, H, W]; filters [O, C/groups, KH, KW]; optionally a bias [O]. Result: [N, O, H', W'].
/// As in all deep-learning libraries the filter is not flipped (cross-correlation).
///
/// Source: ONNX `Conv`. Same numbers as `torch.nn.functional.conv2d`, `conv1d` and `conv3d`.
public struct Convolution: WindowedOperation {
    public static let name = "Convolution"
    public let window: Window
    public let groups: Int

    public init(_ window: Window, groups: Int = 1) {
        self.window = window
        self.groups = groups
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        guard operands.count == 2 || operands.count == 3 else {
            throw FoveaError(.usage, "Convolution takes images, filters and an optional bias.")
        }
        try expectFloatingPoint(operands, of: Self.name)
        try window.expectRank(operands[0], "images", of: Self.name)
        try window.expectRank(operands[1], "filters", of: Self.name)
        let (images, filters) = (operands[0].shape, operands[1].shape)
        guard groups >= 1, images[1] % groups == 0, filters[0] % groups == 0 else {
            throw FoveaError(
                .usage, "\(groups) groups do not divide \(images[1]) input and \(filters[0]) output channels.",
                remedy: "Use a number of groups that divides both.")
        }
        guard filters[1] == images[1] / groups else {
            throw FoveaError(
                .usage,
                "The filters expect \(filters[1] * groups) input channels and the images \(images) have \(images[1]).",
                remedy: "Make the filters' second axis \(images[1] / groups).")
        }
        guard filters.spatialSizes == window.kernel else {
            throw FoveaError(.usage, "The filters \(filters) are not of the window's size \(window.kernel.sizeText).")
        }
        if operands.count == 3, operands[2].shape != Shape([filters[0]]) {
            throw FoveaError(
                .usage, "The bias has the shape \(operands[2].shape); one number per filter is \(filters[0]).")
        }
        let sizes = try window.resultSizes(over: images.spatialSizes, of: Self.name)
        let shape = try Shape(validating: [images[0], filters[0]] + sizes)
        return [TensorType(shape, operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return operands.map { _ in nil } }
        let (images, filters) = (operands[0], operands[1])
        let forImages = try ConvolutionInputGradient(window, groups: groups, inputShape: images.shape)
            .applied(to: upstream, filters)
        let forParameters = try ConvolutionFilterGradient(window, groups: groups, withBias: operands.count == 3)
            .results(on: [images, upstream])
        return [forImages] + forParameters
    }

    // The convolution without its bias, which is added.
    public func decomposition(of operands: [Value]) throws -> [Value]? {
        guard operands.count == 3 else { return nil }
        let result = try applied(to: operands[0], operands[1])
        return [try result + operands[2].perChannel(rank: result.shape.rank)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (images, filters) = (operands[0], operands[1])
        var result = ReferenceTensor(resultTypes[0].shape)
        if operands.count == 3 {
            result.shape.forEachElement { position, o in result.elements[position] = operands[2].elements[o] }
        }
        forEachProduct(images: images.shape, filters: filters.shape, results: result.shape) { x, w, y in
            result.elements[y] += images.elements[x] * filters.elements[w]
        }
        return [result]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        saturatingProduct(
            results[0].shape.elementCount, operands[1].shape.elementCount / max(1, operands[1].shape[0]))
    }

    /// Visits every product that convolution sums, as offsets into images, filters and results; the two gradients sum
    /// the same products over other indices.
    func forEachProduct(images: Shape, filters: Shape, results: Shape, _ body: (Int, Int, Int) -> Void) {
        let walk = WindowWalk(window, images: images, results: results)
        let (pixels, places, positions) = (images.pixelCount, filters.pixelCount, results.pixelCount)
        let channelsPerGroup = filters[1]
        let filtersPerGroup = max(1, filters[0] / groups)
        for n in 0..<results[0] {
            for o in 0..<results[1] {
                for c in 0..<channelsPerGroup {
                    let channel = o / filtersPerGroup * channelsPerGroup + c
                    let image = (n * images[1] + channel) * pixels
                    let filter = (o * channelsPerGroup + c) * places
                    let result = (n * results[1] + o) * positions
                    walk.forEach { position, place, pixel in body(image + pixel, filter + place, result + position) }
                }
            }
        }
    }
}
