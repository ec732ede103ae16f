import CFoveaCPU
import FoveaGraph

extension ConvolutionInputGradient: WindowLowerable {
    func lower(_ node: NodeLowering) throws {
        let geometry = ConvolutionGeometry(
            window: window, groups: groups, images: inputShape, filters: node.operands[1].shape,
            results: node.operands[0].shape, withBias: false)
        if let sideBySide = SideBySideConvolution(geometry) {
            node.deliver(try sideBySide.inputGradient(node))
            return
        }
        if let overTime = OverTimeConvolution(geometry) {
            node.deliver(try overTime.inputGradient(node))
            return
        }
        switch try ConvolutionKernel(.inputGradient, geometry, for: node).work {
        case .handWritten(let own): node.deliver(try own.results(of: node, adding: nil)[0])
        case .primitive(let kernel, let threads): try lower(node, geometry, by: kernel, threads: threads)
        }
    }

    private func lower(
        _ node: NodeLowering, _ geometry: ConvolutionGeometry, by kernel: PrimitiveDescriptor, threads: Int?
    ) throws {
        let upstream = try node.reorder(node.operand(0), to: kernel.layout(of: .destinationGradient))
        let filters = try node.reorder(
            geometry.grouped(node.plainOperand(1)), to: kernel.layout(of: .weights))
        let result = node.allocate(kernel.layout(of: .sourceGradient))
        try node.run(
            kernel, threads: threads, reads: [(.destinationGradient, upstream), (.weights, filters)],
            writes: [(.sourceGradient, result)])
        node.deliver(result)
    }
}
