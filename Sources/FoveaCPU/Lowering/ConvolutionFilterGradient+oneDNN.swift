import CFoveaCPU
import FoveaGraph

extension ConvolutionFilterGradient: WindowLowerable {
    func lower(_ node: NodeLowering) throws {
        func geometry(withBias: Bool) -> ConvolutionGeometry {
            ConvolutionGeometry(
                window: window, groups: groups, images: node.operands[0].shape, filters: node.results[0].shape,
                results: node.operands[1].shape, withBias: withBias)
        }
        if let sideBySide = SideBySideConvolution(geometry(withBias: withBias)) {
            let gradients = try sideBySide.filterGradient(node)
            node.deliver(gradients.filters)
            if let bias = gradients.bias { node.deliver(bias, as: 1) }
            return
        }
        if let overTime = OverTimeConvolution(geometry(withBias: false)) {
            let (filters, upstream) = try overTime.filterGradient(node)
            node.deliver(filters)
            if withBias { node.deliver(try node.sumOfPixels(upstream), as: 1) }
            return
        }
        let geometry = geometry(withBias: false)
        let images = node.operand(0).layout
        if let depthwise = DepthwiseFilterGradient(
            .filterGradient, geometry, images: images, results: try images.resized(to: geometry.results.dimensions),
            threads: node.engine.threads), let normalized = try node.takeNormalization(of: 0)
        {
            deliver(try depthwise.results(of: node, normalizing: normalized), by: node)
            return
        }
        switch try ConvolutionKernel(.filterGradient, geometry, for: node).work {
        case .handWritten(let own): deliver(try own.results(of: node, adding: nil), by: node)
        case .primitive(let kernel, let threads): try lower(node, geometry, by: kernel, threads: threads)
        }
    }

    private func deliver(_ results: [Stored], by node: NodeLowering) {
        for (position, result) in results.enumerated() { node.deliver(result, as: position) }
    }

    private func lower(
        _ node: NodeLowering, _ geometry: ConvolutionGeometry, by kernel: PrimitiveDescriptor, threads: Int?
    ) throws {
        let images = try node.reorder(node.operand(0), to: kernel.layout(of: .source))
        let upstream = try node.reorder(node.operand(1), to: kernel.layout(of: .destinationGradient))
        let filters = node.allocate(kernel.layout(of: .weightsGradient))
        try node.run(
            kernel, threads: threads,
            reads: [(.source, images), (.destinationGradient, upstream)], writes: [(.weightsGradient, filters)])
        // oneDNN would sum the bias's gradient, over all pixels of all images, in one Float.
        if withBias { node.deliver(try node.sumOfPixels(upstream), as: 1) }
        // Plain, as updates want them: so the time that this takes counts as the kernel's.
        node.deliver(try geometry.ungrouped(node.plain(filters)))
    }
}

extension NodeLowering {
    /// The sum of each channel over all pixels of all images.
    func sumOfPixels(_ images: Stored) throws -> Stored {
        let images = try carried(images)
        let (kept, reduced) = images.layout.channelsAndPixels(joiningImages: true)
        let channels = images.layout.dimensions[1]
        let lanes = images.layout.adjacentChannels ?? 1
        // Blocks are summed whole, padding included.
        let sums = allocate(try Layout(plain: [(channels + lanes - 1) / lanes * lanes]))
        run(kernel: "bias", reads: [images], writes: [sums], isSideWork: true) { memory in
            var (kept, reduced) = (kept, reduced)
            // Safe: the two views together visit each element of the images once, and there is a sum for each of `kept`.
            return { unsafe fovea_reduce(fovea_sum, &kept, &reduced, memory.operand(0), memory.result(0)) }
        }
        return sums.viewed(as: try Layout(plain: [channels]))
    }
}
