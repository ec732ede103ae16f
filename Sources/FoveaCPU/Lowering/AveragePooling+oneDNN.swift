import CFoveaCPU
import FoveaGraph

// oneDNN sums each window in one Float, which is fast and, for small windows, accurate. Hand-written loops sum large
// ones in double precision.

extension AveragePooling: WindowLowerable {
    func lower(_ node: NodeLowering) throws {
        guard window.placeCount <= Self.mostFloatTerms else {
            return try LongAverage(window, countIncludingPadding: countIncludingPadding).lower(node)
        }
        let images = try node.carriedOperand(0)
        let result = node.allocate(try images.layout.resized(to: node.results[0].shape.dimensions))
        let algorithm = averaging(countIncludingPadding: countIncludingPadding)
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_pooling_forward(
                node.context, algorithm, images.layout.descriptor, result.layout.descriptor, window.oneDNN, made)
        }
        try node.run(descriptor, reads: [(.source, images)], writes: [(.destination, result)])
        node.deliver(result)
    }

    /// The most terms that are summed in one Float. Each addition and the division err by 2⁻²⁴ at most, relative to the sum
    /// of the terms' magnitudes: together by less than 10⁻⁶.
    fileprivate static let mostFloatTerms = 16
}

extension AveragePoolingGradient: WindowLowerable {
    func lower(_ node: NodeLowering) throws {
        guard mostWindowsOverPixel <= AveragePooling.mostFloatTerms else {
            return try LongAverage(window, countIncludingPadding: countIncludingPadding)
                .lowerGradient(node, images: inputShape)
        }
        let upstream = try node.carriedOperand(0)
        let images = try upstream.layout.resized(to: inputShape.dimensions)
        let algorithm = averaging(countIncludingPadding: countIncludingPadding)
        let (window, context) = unsafe (window.oneDNN, node.context)
        let forward = try unsafe node.describe { made in
            unsafe fovea_pooling_forward(
                context, algorithm, images.descriptor, upstream.layout.descriptor, window, made)
        }
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_pooling_backward(
                context, algorithm, images.descriptor, upstream.layout.descriptor, window, forward.handle, made)
        }
        let gradient = node.allocate(images)
        try node.run(
            descriptor, reads: [(.destinationGradient, upstream)], writes: [(.sourceGradient, gradient)])
        node.deliver(gradient)
    }

    /// The largest number of windows over a pixel: the number of terms of its gradient.
    private var mostWindowsOverPixel: Int {
        zip(window.axes, inputShape.spatialSizes).reduce(1) { count, axis in
            let windows = min(axis.0.positions(over: axis.1) ?? 1, (axis.0.span - 1 + axis.0.stride) / axis.0.stride)
            return saturatingProduct(count, windows)
        }
    }
}

extension GlobalAveragePooling: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        (operands + results).allSatisfy {
            $0.dataType == .float32 && $0.isLowerable && $0.shape.spatialSizes.count <= Layout.mostSpatialAxes
        }
    }

    func lower(_ node: NodeLowering) throws {
        let images = try node.carriedOperand(0)
        let means = node.allocate(try images.layout.resized(to: node.results[0].shape.dimensions))
        let (kept, reduced) = images.layout.channelsAndPixels(joiningImages: false)
        node.run(kernel: "average", reads: [images], writes: [means]) { memory in
            var (kept, reduced) = (kept, reduced)
            // Safe: the two views together visit each element of the images once, and the means lie as `kept` does.
            return { unsafe fovea_reduce(fovea_mean, &kept, &reduced, memory.operand(0), memory.result(0)) }
        }
        node.deliver(means)
    }
}

extension Layout {
    /// Images in a usual layout, as the axes kept where pixels are summed, padding of channels included, and the rest.
    ///
    /// - Parameter joiningImages: whether the pixels of all images are summed together, for one number per channel.
    func channelsAndPixels(joiningImages: Bool) -> (kept: fovea_view, reduced: fovea_view) {
        guard let lanes = adjacentChannels else { preconditionFailure("a layout of images was asked for") }
        let (images, area) = (dimensions[0], dimensions[2...].reduce(1, *))
        let blocks = (dimensions[1] + lanes - 1) / lanes
        let channels = [(size: blocks, stride: area * lanes), (size: lanes, stride: 1)]
        let (perImage, pixels) = ((size: images, stride: blocks * area * lanes), (size: area, stride: lanes))
        func view(_ axes: [(size: Int, stride: Int)]) -> fovea_view {
            fovea_view(sizes: axes.map(\.size), strides: axes.map(\.stride))
        }
        // With one lane there is no axis of lanes: neighbours are pixels then.
        let kept = lanes == 1 ? [channels[0]] : channels
        return joiningImages ? (view(kept), view([perImage, pixels])) : (view([perImage] + kept), view([pixels]))
    }
}

private func averaging(countIncludingPadding: Bool) -> dnnl_alg_kind_t {
    countIncludingPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
}
