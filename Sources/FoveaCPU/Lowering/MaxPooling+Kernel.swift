import CFoveaCPU
import FoveaGraph

// A hand-written kernel, as fast as oneDNN's: that one treats NaN as less than any number and keeps the places of the
// maxima in a form that only its own gradient can read.

extension MaxPooling: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        window.isLowerable && operands[0].dataType == .float32 && operands[0].isLowerable && results[0].isLowerable
    }

    func lower(_ node: NodeLowering) throws {
        let images = try node.operandInPlanes(0)
        let pooling = fovea_max_pooling(window, images: images.layout, pooled: node.results[0].shape)
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
        window.isLowerable && operands[1].dataType == .float32 && operands[1].isLowerable && results[0].isLowerable
    }

    func lower(_ node: NodeLowering) throws {
        let places = try node.operandInPlanes(0)
        let upstream = try node.reorder(node.operand(1), to: try places.layout.withElements(dnnl_f32))
        let layout = try upstream.layout.resized(to: inputShape.dimensions)
        let pooling = fovea_max_pooling(window, images: layout, pooled: node.operands[1].shape)
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
    /// One or two axes are the last of the loop's three; it passes over the others at no cost.
    ///
    /// - Parameters:
    ///   - images: a layout with planes of pixels.
    ///   - pooled: the shape of the pooled images.
    fileprivate init(_ window: Window, images: Layout, pooled: Shape) {
        guard let (planes, lanes) = images.planes else { preconditionFailure("a layout of images was asked for") }
        func three<Element>(_ elements: [Element], else missing: Element) -> (Element, Element, Element) {
            let all = [missing, missing] + elements
            return (all[all.count - 3], all[all.count - 2], all[all.count - 1])
        }
        func numbers(_ number: (Window.Axis) -> Int) -> (Int64, Int64, Int64) {
            let (first, second, third) = three(window.axes, else: Window.Axis(kernel: 1))
            return (Int64(number(first)), Int64(number(second)), Int64(number(third)))
        }
        let size = three(Array(images.dimensions.dropFirst(2)), else: 1)
        let pooled = three(pooled.spatialSizes, else: 1)
        self.init(
            planes: planes, lanes: lanes, depth: size.0, height: size.1, width: size.2, pooled_depth: pooled.0,
            pooled_height: pooled.1, pooled_width: pooled.2, kernel: numbers(\.kernel), stride: numbers(\.stride),
            dilation: numbers(\.dilation), before: numbers(\.before))
    }
}
