import CFoveaCPU
import FoveaGraph

// Hand-written loops: oneDNN sums a line's exponentials in one Float per lane, too imprecise for ten million classes.

extension Softmax: CPULowerable {
    func lower(_ node: NodeLowering) throws { try unsafe node.lowerLines(fovea_softmax, axis: axis) }
}

extension LogSoftmax: CPULowerable {
    func lower(_ node: NodeLowering) throws { try unsafe node.lowerLines(fovea_log_softmax, axis: axis) }
}

extension SoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws { try unsafe node.lowerLineGradients(fovea_softmax_gradient, axis: axis) }
}

extension LogSoftmaxGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        try unsafe node.lowerLineGradients(fovea_log_softmax_gradient, axis: axis)
    }
}

extension NodeLowering {
    fileprivate func lowerLines(
        _ kernel: @escaping (Int, Int, Int, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?) -> Void, axis: Int
    ) throws {
        let operand = try plainOperand(0)
        let result = allocate(operand.layout)
        let (outer, length, inner) = lines(along: axis)
        run(kernel: "lines", reads: [operand], writes: [result], inPlace: [(result, operand)]) { memory in
            // Safe: both have the shape's number of elements.
            { unsafe kernel(outer, length, inner, memory.operand(0), memory.result(0)) }
        }
        deliver(result)
    }

    fileprivate func lowerLineGradients(
        _ kernel:
            @escaping (
                Int, Int, Int, UnsafePointer<Float>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?
            ) -> Void, axis: Int
    ) throws {
        let (result, upstream) = (try plainOperand(0), try plainOperand(1))
        let gradient = allocate(result.layout)
        let (outer, length, inner) = lines(along: axis)
        run(
            kernel: "line gradients", reads: [result, upstream], writes: [gradient],
            inPlace: [(gradient, upstream), (gradient, result)]
        ) { memory in
            // Safe: all three have the shape's number of elements.
            { unsafe kernel(outer, length, inner, memory.operand(0), memory.operand(1), memory.result(0)) }
        }
        deliver(gradient)
    }

    /// The first operand as lines of `length` numbers along an axis, counted from the last if negative.
    private func lines(along axis: Int) -> (outer: Int, length: Int, inner: Int) {
        let shape = operands[0].shape
        let axis = axis < 0 ? axis + shape.rank : axis
        let (length, inner) = (shape[axis], shape.strides[axis])
        return (shape.elementCount / (length * inner), length, inner)
    }
}
