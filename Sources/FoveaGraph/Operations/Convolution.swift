/// Slides filters over images: y[n,o,i,j] = b[o] + Σ_{c,u,v} x[n, c, i·s + u·d − p, j·s + v·d − p] · w[o,c,u,v].
///
/// Operands: images [N, C, H, W]; filters [O, C/groups, KH, KW]; optionally a bias [O]. Result: [N, O, H', W'].
/// As in all deep-learning libraries the filter is not flipped (cross-correlation).
///
/// Source: ONNX `Conv`. Same numbers as `torch.nn.functional.conv2d`.
public struct Convolution: Operation {
    public static let name = "Convolution"
    public let window: Window
    public let groups: Int

    public init(_ window: Window, groups: Int = 1) {
        self.window = window
        self.groups = groups
    }

    public var slidingWindow: Window? { window }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        guard operands.count == 2 || operands.count == 3 else {
            throw FoveaError(.usage, "Convolution takes images, filters and an optional bias.")
        }
        try expectFloatingPoint(operands, of: Self.name)
        try expectRank(4, operands[0], "images", of: Self.name)
        try expectRank(4, operands[1], "filters", of: Self.name)
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
        guard filters[2] == window.kernel.height, filters[3] == window.kernel.width else {
            throw FoveaError(.usage, "The filters \(filters) are not of the window's size \(window.kernel).")
        }
        if operands.count == 3, operands[2].shape != Shape([filters[0]]) {
            throw FoveaError(
                .usage, "The bias has the shape \(operands[2].shape); one number per filter is \(filters[0]).")
        }
        let size = try window.outputSize(height: images[2], width: images[3], of: Self.name)
        let shape = try Shape(validating: [images[0], filters[0], size.height, size.width])
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

    // Without its bias, which is added.
    public func decomposition(of operands: [Value]) throws -> [Value]? {
        guard operands.count == 3 else { return nil }
        let result = try applied(to: operands[0], operands[1])
        return [try result + operands[2].perChannel(rank: result.shape.rank)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (images, filters) = (operands[0], operands[1])
        var result = ReferenceTensor(resultTypes[0].shape)
        if operands.count == 3 {
            forEachPosition(of: result.shape) { n, o, i, j in result[n, o, i, j] = operands[2].elements[o] }
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
        let channelsPerGroup = filters[1]
        let filtersPerGroup = max(1, filters[0] / groups)
        for n in 0..<results[0] {
            for o in 0..<results[1] {
                for c in 0..<channelsPerGroup {
                    let channel = o / filtersPerGroup * channelsPerGroup + c
                    for u in 0..<filters[2] {
                        for v in 0..<filters[3] {
                            let weight = ((o * channelsPerGroup + c) * filters[2] + u) * filters[3] + v
                            for i in 0..<results[2] {
                                let row = i * window.stride.height + u * window.dilation.height - window.padding.top
                                guard row >= 0, row < images[2] else { continue }
                                let imageRow = ((n * images[1] + channel) * images[2] + row) * images[3]
                                let resultRow = ((n * results[1] + o) * results[2] + i) * results[3]
                                for j in 0..<results[3] {
                                    let column =
                                        j * window.stride.width + v * window.dilation.width - window.padding.left
                                    guard column >= 0, column < images[3] else { continue }
                                    body(imageRow + column, weight, resultRow + j)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Visits every index of a shape of rank 4.
func forEachPosition(of shape: Shape, _ body: (Int, Int, Int, Int) -> Void) {
    for n in 0..<shape[0] {
        for c in 0..<shape[1] {
            for i in 0..<shape[2] {
                for j in 0..<shape[3] { body(n, c, i, j) }
            }
        }
    }
}
