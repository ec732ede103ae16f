import CFoveaCPU
import FoveaGraph

extension BatchNormalizationInference: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        // Over one axis oneDNN has no fast kernel.
        if node.operands[0].shape.rank == 3 { return try node.lowerGivenNormalization(epsilon, rectifier: nil) }
        let x = try node.normalizedOperand(0)
        let flags = dnnl_use_scale.rawValue | dnnl_use_shift.rawValue | dnnl_use_global_stats.rawValue
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_batch_normalization_forward(
                node.context, dnnl_forward_inference, x.layout.descriptor, Float(epsilon), flags, made)
        }
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
