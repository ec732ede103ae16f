import CFoveaCPU
import FoveaGraph

// oneDNN adds up each window in one Float, which is fast and, for small windows, right. Large ones are summed by hand-written
// loops, in double precision.

extension AveragePooling: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        guard window.kernel.height * window.kernel.width <= Self.mostFloatTerms else { return try lowerInDouble(node) }
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

    private func lowerInDouble(_ node: NodeLowering) throws {
        let images = try node.operandInPlanes(0)
        let pooled = node.results[0].shape
        let means = node.allocate(try images.layout.resized(to: pooled.dimensions))
        let pooling = fovea_average_pooling(
            window, countIncludingPadding: countIncludingPadding, images: images.layout, pooled: pooled,
            threads: node.engine.threads)
        node.run(kernel: "average", reads: [images], writes: [means, try node.allocateWorkspace(pooling)]) { memory in
            var pooling = pooling
            // Safe: the sizes are those of the layouts.
            return { unsafe fovea_average_pool(&pooling, memory.operand(0), memory.result(0), memory.result(1)) }
        }
        node.deliver(means)
    }
}

extension AveragePoolingGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        guard mostWindowsOverPixel <= AveragePooling.mostFloatTerms else { return try lowerInDouble(node) }
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

    /// How many windows may cover a pixel: so many terms its gradient has.
    private var mostWindowsOverPixel: Int {
        func count(_ kernel: Int, _ stride: Int, _ dilation: Int, _ windows: Int) -> Int {
            min(windows, ((kernel - 1) * dilation + stride) / stride)
        }
        guard let pooled = try? AveragePooling(window).resultTypes(of: [.float32(inputShape)])[0].shape else {
            return 1
        }
        return count(window.kernel.height, window.stride.height, window.dilation.height, pooled[2])
            * count(window.kernel.width, window.stride.width, window.dilation.width, pooled[3])
    }

    private func lowerInDouble(_ node: NodeLowering) throws {
        let upstream = try node.operandInPlanes(0)
        let layout = try upstream.layout.resized(to: inputShape.dimensions)
        let pooling = fovea_average_pooling(
            window, countIncludingPadding: countIncludingPadding, images: layout, pooled: node.operands[0].shape,
            threads: node.engine.threads)
        let gradient = node.allocate(layout)
        node.run(
            kernel: "average gradient", reads: [upstream], writes: [gradient, try node.allocateWorkspace(pooling)]
        ) { memory in
            var pooling = pooling
            return {
                // Safe: the sizes are those of the layouts.
                unsafe fovea_average_pool_gradient(
                    &pooling, memory.operand(0), memory.result(0), memory.result(1))
            }
        }
        node.deliver(gradient)
    }
}

extension GlobalAveragePooling: CPULowerable {
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
    /// Images in a usual layout, as what is kept where pixels are summed, padding of channels included, and what is summed.
    ///
    /// - Parameter joiningImages: whether the pixels of all images are summed, for one number per channel, or those of each.
    func channelsAndPixels(joiningImages: Bool) -> (kept: fovea_view, reduced: fovea_view) {
        guard let lanes = adjacentChannels else { preconditionFailure("a layout of images was asked for") }
        let (images, area) = (dimensions[0], dimensions[2] * dimensions[3])
        let blocks = (dimensions[1] + lanes - 1) / lanes
        let channels = [(size: blocks, stride: area * lanes), (size: lanes, stride: 1)]
        let (perImage, pixels) = ((size: images, stride: blocks * area * lanes), (size: area, stride: lanes))
        func view(_ axes: [(size: Int, stride: Int)]) -> fovea_view {
            fovea_view(sizes: axes.map(\.size), strides: axes.map(\.stride))
        }
        // One lane is no axis to walk along: neighbours are pixels then.
        let kept = lanes == 1 ? [channels[0]] : channels
        return joiningImages ? (view(kept), view([perImage, pixels])) : (view([perImage] + kept), view([pixels]))
    }
}

private func averaging(countIncludingPadding: Bool) -> dnnl_alg_kind_t {
    countIncludingPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
}

extension NodeLowering {
    fileprivate func allocateWorkspace(_ pooling: fovea_average_pooling) throws -> Stored {
        var pooling = pooling
        return allocate(try Layout(plain: [unsafe fovea_average_pooling_workspace(&pooling) / 4]))
    }
}

extension fovea_average_pooling {
    /// - Parameters:
    ///   - images: a layout with planes of pixels.
    ///   - pooled: the shape of the means.
    fileprivate init(
        _ window: Window, countIncludingPadding: Bool, images: Layout, pooled: Shape, threads: Int
    ) {
        guard let (planes, lanes) = images.planes else { preconditionFailure("a layout of images was asked for") }
        let geometry = window.oneDNN
        self.init(
            planes: planes, lanes: lanes, height: images.dimensions[2], width: images.dimensions[3],
            pooled_height: pooled[2], pooled_width: pooled[3], kernel: geometry.kernel, stride: geometry.stride,
            dilation: (geometry.dilation.0 + 1, geometry.dilation.1 + 1), before: geometry.before,
            counts_padding: countIncludingPadding, threads: threads)
    }
}
