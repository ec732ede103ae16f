import CFoveaCPU
import FoveaGraph

// A loop of our own, as fast as oneDNN's: that one takes NaN for less than any number and keeps the places of the maxima
// in a form that only its own gradient can read.

extension MaxPooling: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].dataType == .float32 && operands[0].isLowerable && results[0].isLowerable
    }

    func lower(_ node: NodeLowering) throws {
        let images = try node.operandInPlanes(0)
        let pooling = fovea_max_pooling(
            window, images: images.layout, height: node.results[0].shape[2], width: node.results[0].shape[3])
        let layout = try images.layout.resized(to: node.results[0].shape.dimensions)
        let maxima = node.allocate(layout)
        node.deliver(maxima)
        guard node.isRead(1) else {
            node.run(kernel: "max", reads: [images], writes: [maxima]) { memory in
                var pooling = pooling
                // Safe: the sizes are those of the layouts.
                return { unsafe fovea_max_pool(&pooling, memory.operand(0), memory.result(0), nil) }
            }
            return
        }
        let places = node.allocate(try layout.withElements(dnnl_s32))
        node.deliver(places, as: 1)
        node.run(kernel: "max with places", reads: [images], writes: [maxima, places]) { memory in
            var pooling = pooling
            return {
                // Safe: the sizes are those of the layouts.
                unsafe fovea_max_pool(
                    &pooling, memory.operand(0), memory.result(0), memory.result(1, of: Int32.self))
            }
        }
    }
}

extension MaxPoolingGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[1].dataType == .float32 && operands[1].isLowerable && results[0].isLowerable
    }

    func lower(_ node: NodeLowering) throws {
        let places = try node.operandInPlanes(0)
        let upstream = try node.reorder(node.operand(1), to: try places.layout.withElements(dnnl_f32))
        let layout = try upstream.layout.resized(to: inputShape.dimensions)
        let pooling = fovea_max_pooling(
            window, images: layout, height: node.operands[1].shape[2], width: node.operands[1].shape[3])
        let gradient = node.allocate(layout)
        node.run(kernel: "max gradient", reads: [places, upstream], writes: [gradient]) { memory in
            var pooling = pooling
            return {
                // Safe: the sizes are those of the layouts; places outside the window are skipped.
                unsafe fovea_max_pool_gradient(
                    &pooling, memory.operand(0, of: Int32.self), memory.operand(1), memory.result(0))
            }
        }
        node.deliver(gradient)
    }
}

extension fovea_max_pooling {
    /// - Parameters:
    ///   - images: a layout with planes of pixels.
    ///   - height, width: the size of the pooled images.
    fileprivate init(_ window: Window, images: Layout, height: Int, width: Int) {
        guard let (planes, lanes) = images.planes else { preconditionFailure("a layout of images was asked for") }
        let geometry = window.oneDNN
        self.init(
            planes: planes, lanes: lanes, height: images.dimensions[2],
            width: images.dimensions[3], pooled_height: height, pooled_width: width, kernel: geometry.kernel,
            stride: geometry.stride, dilation: (geometry.dilation.0 + 1, geometry.dilation.1 + 1),
            before: geometry.before)
    }
}
