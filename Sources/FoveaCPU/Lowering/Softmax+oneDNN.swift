import CFoveaCPU
import FoveaGraph

extension Softmax: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerSoftmax(axis: axis) }
}

extension LogSoftmax: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operand = try node.plainOperand(0)
        let result = node.allocate(operand.layout)
        let shape = node.operands[0].shape
        let axis = axis < 0 ? axis + shape.rank : axis
        let (length, inner) = (shape[axis], shape.strides[axis])
        let outer = shape.elementCount / (length * inner)
        node.run(kernel: "lines", reads: [operand], writes: [result], inPlace: [(result, operand)]) { memory in
            // Safe: both have the shape's number of elements.
            { unsafe fovea_log_softmax(outer, length, inner, memory.operand(0), memory.result(0)) }
        }
        node.deliver(result)
    }
}

extension SoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerSoftmaxGradient(dnnl_softmax_accurate, axis: axis) }
}

extension LogSoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerSoftmaxGradient(dnnl_softmax_log, axis: axis) }
}

extension NodeLowering {
    fileprivate func lowerSoftmax(axis: Int) throws {
        let operand = try plainOperand(0)
        let descriptor = try describeSoftmax(dnnl_softmax_accurate, operand.layout, axis: axis)
        let result = allocate(operand.layout)
        try run(
            descriptor, reads: [(.source, operand)], writes: [(.destination, result)], inPlace: [(result, operand)])
        deliver(result)
    }

    fileprivate func lowerSoftmaxGradient(_ algorithm: dnnl_alg_kind_t, axis: Int) throws {
        let (result, upstream) = (try plainOperand(0), try plainOperand(1))
        let forward = try describeSoftmax(algorithm, result.layout, axis: axis)
        let descriptor = try unsafe describe { made in
            unsafe fovea_softmax_backward(
                context, algorithm, result.layout.descriptor, upstream.layout.descriptor, result.layout.descriptor,
                counted(axis), forward.handle, made)
        }
        let gradient = allocate(result.layout)
        try run(
            descriptor, reads: [(.destination, result), (.destinationGradient, upstream)],
            writes: [(.sourceGradient, gradient)], inPlace: [(gradient, upstream)])
        deliver(gradient)
    }

    private func describeSoftmax(
        _ algorithm: dnnl_alg_kind_t, _ layout: Layout, axis: Int
    ) throws -> PrimitiveDescriptor {
        try unsafe describe { made in
            unsafe fovea_softmax_forward(
                context, algorithm, layout.descriptor, layout.descriptor, counted(axis), made)
        }
    }

    /// The axis counted from the first.
    private func counted(_ axis: Int) -> Int32 { Int32(axis < 0 ? axis + operands[0].shape.rank : axis) }
}
