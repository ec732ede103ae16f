import CFoveaCPU
import FoveaGraph

/// One of oneDNN's element-wise algorithms with its two numbers.
struct Elementwise: Hashable {
    let algorithm: dnnl_alg_kind_t
    var alpha: Float = 0
    var beta: Float = 0

    /// Whether it is ``ReLU``.
    var isRectifier: Bool { algorithm == dnnl_eltwise_relu && alpha == 0 }

    /// The function in hand-written loops; nil where these lack it.
    var rectifier: fovea_rectifier? {
        if isRectifier { return fovea_rectify }
        return algorithm == dnnl_eltwise_bounded_relu && alpha == 6 ? fovea_rectify_to_6 : nil
    }

    /// Whether NaN may become a bound, or 0, in the same kernel: oneDNN takes a maximum or compares.
    var clamps: Bool {
        isRectifier
            || [dnnl_eltwise_bounded_relu, dnnl_eltwise_hardswish, dnnl_eltwise_logistic].contains(algorithm)
    }
}

/// An element-wise function; its gradient is served by the same declarations.
protocol CPUElementwise: UnaryOperation, CPULowerable {
    /// The function of a tensor in a usual layout of images, or a plain one.
    func apply(to operand: Stored, _ node: NodeLowering) throws -> Stored

    func lowerGradient(_ node: NodeLowering) throws

    /// The function as the last part of another kernel; nil where oneDNN lacks it.
    var epilogue: Elementwise? { get }
}

extension CPUElementwise {
    var epilogue: Elementwise? { nil }

    /// Whether f(0) = 0, so that the padding of a layout stays zero.
    fileprivate var keepsZero: Bool { function(0) == 0 }

    /// The epilogue that a node may use: none that loses NaN where that is not permitted or would go unnoticed.
    func epilogue(for node: NodeLowering) -> Elementwise? {
        guard let epilogue, epilogue.clamps, node.isCareful || !Processor.noticesInvalidOperations else {
            return epilogue
        }
        return nil
    }

    func lower(_ node: NodeLowering) throws { node.deliver(try apply(to: node.operandInPlanes(0), node)) }
}

extension UnaryGradient: CPULowerable where Base: CPUElementwise {
    func lower(_ node: NodeLowering) throws { try base.lowerGradient(node) }
}

/// A function that oneDNN computes.
protocol OneDNNElementwise: CPUElementwise {
    var oneDNN: Elementwise { get }
}

extension OneDNNElementwise {
    var epilogue: Elementwise? { oneDNN }
}

extension OneDNNElementwise {
    func apply(to operand: Stored, _ node: NodeLowering) throws -> Stored {
        // Where padding must become zero again, oneDNN runs its reference, in which some functions turn NaN into 0.
        let operand = keepsZero || operand.layout.isUnpadded ? operand : try node.plain(operand)
        let descriptor = try describeForward(operand.layout, node)
        let result = node.allocate(operand.layout)
        try node.run(
            descriptor, reads: [(.source, operand)], writes: [(.destination, result)], inPlace: [(result, operand)])
        return result
    }

    func lowerGradient(_ node: NodeLowering) throws {
        let operand = try node.carriedOperand(0)
        let upstream = try node.reorder(node.operand(1), to: operand.layout)
        let (layout, how) = (operand.layout.descriptor, oneDNN)
        let forward = try describeForward(operand.layout, node)
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_elementwise_backward(
                node.context, how.algorithm, how.alpha, how.beta, layout, layout, forward.handle, made)
        }
        let result = node.allocate(operand.layout)
        try node.run(
            descriptor, reads: [(.source, operand), (.destinationGradient, upstream)],
            writes: [(.sourceGradient, result)], inPlace: [(result, upstream)])
        node.deliver(result)
    }

    private func describeForward(_ layout: Layout, _ node: NodeLowering) throws -> PrimitiveDescriptor {
        let how = oneDNN
        return try unsafe node.describe { made in
            unsafe fovea_elementwise_forward(
                node.context, how.algorithm, how.alpha, how.beta, layout.descriptor, made)
        }
    }
}

/// A function that a hand-written kernel computes, because oneDNN lacks it or turns NaN into a number.
protocol KernelElementwise: CPUElementwise {
    var kernel: fovea_activation { get }
    /// The function's parameter; 0 if it has none.
    var parameter: Float { get }
}

extension KernelElementwise {
    var parameter: Float { 0 }

    func apply(to operand: Stored, _ node: NodeLowering) throws -> Stored {
        var operand = operand
        if !keepsZero && !operand.layout.isUnpadded { operand = try node.plain(operand) }
        let count = denseCount(operand)
        let result = node.allocate(operand.layout)
        let (function, parameter) = (kernel, parameter)
        node.run(kernel: Self.name, reads: [operand], writes: [result], inPlace: [(result, operand)]) { memory in
            // Safe: both have the layout's number of elements.
            { unsafe fovea_activate(function, parameter, count, memory.operand(0), memory.result(0)) }
        }
        return result
    }

    func lowerGradient(_ node: NodeLowering) throws {
        let operand = try node.operandInPlanes(0)
        let upstream = try node.reorder(node.operand(1), to: operand.layout)
        let count = denseCount(operand)
        let result = node.allocate(operand.layout)
        let (function, parameter) = (kernel, parameter)
        node.run(
            kernel: Self.name + " gradient", reads: [operand, upstream], writes: [result],
            inPlace: [(result, upstream), (result, operand)]
        ) { memory in
            // Safe: all three have the layout's number of elements. Padding stays zero, being a multiple of upstream's.
            {
                unsafe fovea_activation_gradient(
                    function, parameter, count, memory.operand(0), memory.operand(1), memory.result(0))
            }
        }
        node.deliver(result)
    }

    private func denseCount(_ operand: Stored) -> Int {
        guard let count = operand.layout.denseCount else { preconditionFailure("layouts of images have no gaps") }
        return count
    }
}
