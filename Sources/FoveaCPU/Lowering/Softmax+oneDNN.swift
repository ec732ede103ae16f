import CFoveaCPU
import FoveaGraph

// Loops of our own where oneDNN's make a number of NaN.

extension Softmax: CPULowerable {
    func lower(_ node: NodeLowering) throws { try unsafe node.lowerLines(axis: axis, fovea_softmax) }
}

extension LogSoftmax: CPULowerable {
    func lower(_ node: NodeLowering) throws { try unsafe node.lowerLines(axis: axis, fovea_log_softmax) }
}

extension SoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerSoftmaxGradient(axis: axis) }
}

extension LogSoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let (result, upstream) = (try node.plainOperand(0), try node.plainOperand(1))
        let gradient = node.allocate(result.layout)
        let lines = node.lines(axis: axis)
        node.run(
            kernel: "lines gradient", reads: [result, upstream], writes: [gradient], inPlace: [(gradient, upstream)]
        ) { memory in
            {
                // Safe: all have the shape's number of elements.
                unsafe fovea_log_softmax_gradient(
                    lines.outer, lines.length, lines.inner, memory.operand(0), memory.operand(1), memory.result(0))
            }
        }
        node.deliver(gradient)
    }
}

extension NodeLowering {
    /// The first operand's lines along an axis: how many tensors of lines there are, how long a line is, and how far apart
    /// its elements lie.
    fileprivate func lines(axis: Int) -> (outer: Int, length: Int, inner: Int) {
        let shape = operands[0].shape
        let axis = Int(counted(axis))
        let (length, inner) = (shape[axis], shape.strides[axis])
        return (shape.elementCount / (length * inner), length, inner)
    }

    fileprivate func lowerLines(
        axis: Int, _ kernel: @escaping (Int, Int, Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) throws {
        let operand = try plainOperand(0)
        let result = allocate(operand.layout)
        let lines = lines(axis: axis)
        run(kernel: "lines", reads: [operand], writes: [result], inPlace: [(result, operand)]) { memory in
            // Safe: both have the shape's number of elements.
            { unsafe kernel(lines.outer, lines.length, lines.inner, memory.operand(0), memory.result(0)) }
        }
        deliver(result)
    }

    fileprivate func lowerSoftmaxGradient(axis: Int) throws {
        let (result, upstream) = (try plainOperand(0), try plainOperand(1))
        let algorithm = dnnl_softmax_accurate
        let forward = try unsafe describe { made in
            unsafe fovea_softmax_forward(
                context, algorithm, result.layout.descriptor, result.layout.descriptor, counted(axis), made)
        }
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

    /// The axis counted from the first.
    private func counted(_ axis: Int) -> Int32 { Int32(axis < 0 ? axis + operands[0].shape.rank : axis) }
}
