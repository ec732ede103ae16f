import CFoveaCPU
import FoveaGraph

extension ConvolutionFilterGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let geometry = ConvolutionGeometry(
            window: window, groups: groups, images: node.operands[0].shape, filters: node.results[0].shape,
            results: node.operands[1].shape, withBias: withBias)
        if let sideBySide = SideBySideConvolution(geometry) {
            let gradients = try sideBySide.filterGradient(node)
            node.deliver(gradients.filters)
            if let bias = gradients.bias { node.deliver(bias, as: 1) }
            return
        }
        let (kernel, threads) = try ConvolutionKernel(.filterGradient, geometry, for: node).primitive
        let images = try node.reorder(node.operand(0), to: kernel.layout(of: .source))
        let upstream = try node.reorder(node.operand(1), to: kernel.layout(of: .destinationGradient))
        let filters = node.allocate(kernel.layout(of: .weightsGradient))
        var writes: [(Argument, Stored)] = [(.weightsGradient, filters)]
        if withBias {
            let bias = try node.allocatePlain(node.results[1])
            writes.append((.biasGradient, bias))
            node.deliver(bias, as: 1)
        }
        try node.run(
            kernel, threads: threads,
            reads: [(.source, images), (.destinationGradient, upstream)], writes: writes)
        // Without the axis of the groups the blocks of a grouped layout have no name: hand the filters on plain.
        node.deliver(groups == 1 ? filters : try geometry.ungrouped(node.plain(filters)))
    }
}
