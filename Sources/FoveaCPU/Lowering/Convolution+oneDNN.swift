import CFoveaCPU
import FoveaGraph

extension Convolution: WindowLowerable {
    func lower(_ node: NodeLowering) throws {
        node.deliver(try convolved(node, withBias: node.operands.count == 3))
    }

    /// The convolution of a node whose first operands are images, filters and, if there is one, the bias.
    ///
    /// - Parameters:
    ///   - residual: the operand that is added to the result.
    ///   - activation: the activation applied to that.
    func convolved(
        _ node: NodeLowering, withBias: Bool, adding residual: Int? = nil, activation: Elementwise? = nil
    ) throws -> Stored {
        let geometry = ConvolutionGeometry(
            window: window, groups: groups, images: node.operands[0].shape, filters: node.operands[1].shape,
            results: node.results[0].shape, withBias: withBias)
        if residual == nil, activation?.isRectifier ?? true, let sideBySide = SideBySideConvolution(geometry) {
            return try sideBySide.convolved(node, rectified: activation != nil)
        }
        if activation?.isRectifier ?? true, let overTime = OverTimeConvolution(geometry) {
            return try overTime.convolved(node, adding: residual, rectified: activation != nil)
        }
        if residual == nil, let result = try depthwiseOfNormalized(node, geometry, activation) { return result }
        if residual == nil,
            let result = try PointwiseDepthwiseConvolution(node, geometry, activation)?.convolved()
        {
            return result
        }
        let kernel = try ConvolutionKernel(
            node.isPrepared(node.operand(1)) ? .inference : .forward, geometry,
            ConvolutionKernel.Epilogue(addsToResult: residual != nil, activation: activation), for: node)
        switch kernel.work {
        case .handWritten(let own): return try own.results(of: node, adding: residual)[0]
        case .primitive(let descriptor, let threads):
            return try convolved(
                node, geometry, by: descriptor, threads: threads, adding: residual,
                mayMistakeNonFinite: kernel.mayMistakeNonFinite)
        }
    }

    /// The depthwise convolution of images that only it reads and that are normalized first: nil where it is none.
    private func depthwiseOfNormalized(
        _ node: NodeLowering, _ geometry: ConvolutionGeometry, _ activation: Elementwise?
    ) throws -> Stored? {
        let images = node.operand(0).layout
        guard
            let depthwise = DepthwiseConvolution(
                .forward, geometry, ConvolutionKernel.Epilogue(activation: activation), images: images,
                results: try images.resized(to: geometry.results.dimensions), threads: node.engine.threads),
            let normalized = try node.takeNormalization(of: 0)
        else { return nil }
        return try depthwise.convolved(node, normalizing: normalized)
    }

    private func convolved(
        _ node: NodeLowering, _ geometry: ConvolutionGeometry, by kernel: PrimitiveDescriptor, threads: Int?,
        adding residual: Int?, mayMistakeNonFinite: Bool
    ) throws -> Stored {
        let images = try node.reorder(node.operand(0), to: kernel.layout(of: .source))
        let filters = try node.reorder(geometry.grouped(node.plainOperand(1)), to: kernel.layout(of: .weights))
        var reads: [(Argument, Stored)] = [(.source, images), (.weights, filters)]
        if geometry.withBias { reads.append((.bias, try node.plainOperand(2))) }
        let layout = kernel.layout(of: .destination)
        let result =
            try residual.map { try node.overwritable($0, in: layout, besides: reads.map(\.1)) }
            ?? node.allocate(layout)
        try node.run(
            kernel, threads: threads, reads: reads, writes: [(.destination, result)],
            accumulating: residual.map { _ in result }, mayMistakeNonFinite: mayMistakeNonFinite)
        return result
    }
}

/// The sizes that a convolution and its two gradients share, with oneDNN's treatment of groups.
struct ConvolutionGeometry: Hashable {
    let window: Window
    let groups: Int
    let images: Shape
    let filters: Shape
    let results: Shape
    let withBias: Bool

    /// The filters' dimensions with oneDNN's separate axis for groups: [G, O/G, C/G, KH, KW].
    var groupedFilters: [Int] {
        groups == 1 ? filters.dimensions : [groups, filters[0] / groups] + filters.dimensions[1...]
    }

    /// Plain filters with the axis of the groups: the same memory.
    func grouped(_ filters: Stored) throws -> Stored {
        filters.viewed(as: try filters.layout.reshaped(to: groupedFilters))
    }

    /// Plain filters without the axis of the groups: the same memory.
    func ungrouped(_ filters: Stored) throws -> Stored {
        filters.viewed(as: try filters.layout.reshaped(to: self.filters.dimensions))
    }

    /// The number of multiply-adds.
    var multiplyAdds: Int {
        filters.dimensions.dropFirst().reduce(results.elementCount) {
            $0.multipliedReportingOverflow(by: $1).partialValue
        }
    }
}
