import CFoveaCPU
import FoveaGraph

extension BatchNormalization: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let x = try node.normalizedOperand(0)
        let descriptor = try node.describeNormalization(dnnl_forward_training, x.layout, epsilon)
        let y = node.allocate(x.layout)
        let mean = try node.allocatePlain(node.results[1])
        let variance = try node.allocatePlain(node.results[2])
        try node.run(
            descriptor,
            reads: [(.source, x), (.scale, try node.plainOperand(1)), (.shift, try node.plainOperand(2))],
            writes: [(.destination, y), (.mean, mean), (.variance, variance)], inPlace: [(y, x)])
        try node.deliverNormalized(y)
        node.deliver(mean, as: 1)
        node.deliver(variance, as: 2)
    }
}

extension BatchNormalizationInference: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let x = try node.normalizedOperand(0)
        let descriptor = try node.describeNormalization(
            dnnl_forward_inference, x.layout, epsilon, flags: dnnl_use_global_stats.rawValue)
        let y = node.allocate(x.layout)
        try node.run(
            descriptor,
            reads: [
                (.source, x), (.scale, try node.plainOperand(1)), (.shift, try node.plainOperand(2)),
                (.mean, try node.plainOperand(3)), (.variance, try node.plainOperand(4)),
            ], writes: [(.destination, y)], inPlace: [(y, x)])
        try node.deliverNormalized(y)
    }
}

extension BatchNormalizationGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let x = try node.normalizedOperand(0)
        let upstream = try node.reorder(node.normalizedOperand(4), to: x.layout)
        let forward = try node.describeNormalization(dnnl_forward_training, x.layout, epsilon)
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_batch_normalization_backward(
                node.context, x.layout.descriptor, x.layout.descriptor, Float(epsilon), scaleAndShift, forward.handle,
                made)
        }
        let gradient = node.allocate(x.layout)
        let forScale = try node.allocatePlain(node.results[1])
        let forBias = try node.allocatePlain(node.results[2])
        let scale = try node.plainOperand(1)
        try node.run(
            descriptor,
            // oneDNN insists on a shift, on which the gradients do not depend: any numbers will do.
            reads: [
                (.source, x), (.scale, scale), (.shift, scale), (.mean, try node.plainOperand(2)),
                (.variance, try node.plainOperand(3)), (.destinationGradient, upstream),
            ],
            writes: [(.sourceGradient, gradient), (.scaleGradient, forScale), (.shiftGradient, forBias)],
            inPlace: [(gradient, upstream)])
        try node.deliverNormalized(gradient)
        node.deliver(forScale, as: 1)
        node.deliver(forBias, as: 2)
    }
}

private let scaleAndShift = dnnl_use_scale.rawValue | dnnl_use_shift.rawValue

extension NodeLowering {
    /// [N, C, H, W] in a usual layout of images; [N, C] as images of one pixel.
    fileprivate func normalizedOperand(_ position: Int) throws -> Stored {
        if operands[position].shape.rank == 4 { return try carriedOperand(position) }
        let plain = try plainOperand(position)
        return plain.viewed(as: try plain.layout.reshaped(to: operands[position].shape.dimensions + [1, 1]))
    }

    /// Delivers the first result in the shape that it has in the graph.
    fileprivate func deliverNormalized(_ value: Stored) throws {
        deliver(
            results[0].shape.rank == 4
                ? value : value.viewed(as: try value.layout.reshaped(to: results[0].shape.dimensions)))
    }

    fileprivate func describeNormalization(
        _ kind: dnnl_prop_kind_t, _ layout: Layout, _ epsilon: Double, flags: UInt32 = 0
    ) throws -> PrimitiveDescriptor {
        try unsafe describe { made in
            unsafe fovea_batch_normalization_forward(
                context, kind, layout.descriptor, Float(epsilon), scaleAndShift | flags, made)
        }
    }
}
