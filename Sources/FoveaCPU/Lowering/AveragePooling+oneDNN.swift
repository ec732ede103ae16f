import CFoveaCPU
import FoveaGraph

extension AveragePooling: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        try node.lowerAveragePooling(window, countIncludingPadding: countIncludingPadding)
    }
}

extension GlobalAveragePooling: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        // A window that is the whole image.
        let images = node.operands[0].shape
        try node.lowerAveragePooling(
            try Window(kernel: Window.Extent(images[2], images[3])), countIncludingPadding: true)
    }
}

extension AveragePoolingGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
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
}

private func averaging(countIncludingPadding: Bool) -> dnnl_alg_kind_t {
    countIncludingPadding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding
}

extension NodeLowering {
    fileprivate func lowerAveragePooling(_ window: Window, countIncludingPadding: Bool) throws {
        let images = try carriedOperand(0)
        let result = allocate(try images.layout.resized(to: results[0].shape.dimensions))
        let descriptor = try unsafe describe { made in
            unsafe fovea_pooling_forward(
                context, averaging(countIncludingPadding: countIncludingPadding), images.layout.descriptor,
                result.layout.descriptor, window.oneDNN, made)
        }
        try run(descriptor, reads: [(.source, images)], writes: [(.destination, result)])
        deliver(result)
    }
}
