import CFoveaCPU
import FoveaGraph

extension ConvolutionInputGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let geometry = ConvolutionGeometry(
            window: window, groups: groups, images: inputShape, filters: node.operands[1].shape,
            results: node.operands[0].shape, withBias: false)
        let descriptor = try geometry.describeInputGradient(node)
        let upstream = try node.reorder(node.operand(0), to: descriptor.layout(of: .destinationGradient))
        let filters = try node.reorder(
            geometry.grouped(node.plainOperand(1)), to: descriptor.layout(of: .weights))
        let result = node.allocate(descriptor.layout(of: .sourceGradient))
        try node.run(
            descriptor, reads: [(.destinationGradient, upstream), (.weights, filters)],
            writes: [(.sourceGradient, result)])
        node.deliver(result)
    }
}
