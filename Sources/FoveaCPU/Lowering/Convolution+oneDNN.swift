import CFoveaCPU
import FoveaGraph

extension Convolution: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        node.deliver(try convolved(node, withBias: node.operands.count == 3))
    }

    /// The convolution of a node whose first operands are images, filters and, if there is one, the bias.
    func convolved(_ node: NodeLowering, withBias: Bool) throws -> Stored {
        let geometry = ConvolutionGeometry(
            window: window, groups: groups, images: node.operands[0].shape, filters: node.operands[1].shape,
            results: node.results[0].shape, withBias: withBias)
        let descriptor = try geometry.describeForward(node)
        let images = try node.reorder(node.operand(0), to: descriptor.layout(of: .source))
        let filters = try node.reorder(
            geometry.grouped(node.plainOperand(1)), to: descriptor.layout(of: .weights))
        var reads: [(Argument, Stored)] = [(.source, images), (.weights, filters)]
        if geometry.withBias { reads.append((.bias, try node.plainOperand(2))) }
        let result = node.allocate(descriptor.layout(of: .destination))
        try node.run(descriptor, reads: reads, writes: [(.destination, result)])
        return result
    }
}

/// What a convolution and its two gradients share: sizes, and the descriptors that leave all layouts to oneDNN.
struct ConvolutionGeometry {
    let window: Window
    let groups: Int
    let images: Shape
    let filters: Shape
    let results: Shape
    let withBias: Bool

    // oneDNN chooses between its direct kernels by itself; Winograd has to be asked for.
    private var algorithm: dnnl_alg_kind_t { dnnl_convolution_direct }

    /// oneDNN has the groups as an axis of their own: [G, O/G, C/G, KH, KW].
    private var groupedFilters: [Int] {
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

    private func anyLayouts() throws -> (images: Layout, filters: Layout, bias: Layout, results: Layout) {
        (
            try .any(images.dimensions), try .any(groupedFilters),
            withBias ? try Layout(plain: [filters[0]]) : .absent, try .any(results.dimensions)
        )
    }

    func describeForward(_ node: NodeLowering) throws -> PrimitiveDescriptor {
        let any = try anyLayouts()
        return try unsafe node.describe { made in
            unsafe fovea_convolution_forward(
                node.context, algorithm, any.images.descriptor, any.filters.descriptor, any.bias.descriptor,
                any.results.descriptor, window.oneDNN, made)
        }
    }

    func describeInputGradient(_ node: NodeLowering) throws -> PrimitiveDescriptor {
        let any = try anyLayouts()
        let forward = try describeForward(node)
        return try unsafe node.describe { made in
            unsafe fovea_convolution_backward_data(
                node.context, algorithm, any.images.descriptor, any.filters.descriptor, any.results.descriptor,
                window.oneDNN, forward.handle, made)
        }
    }

    func describeFilterGradient(_ node: NodeLowering) throws -> PrimitiveDescriptor {
        let any = try anyLayouts()
        let forward = try describeForward(node)
        return try unsafe node.describe { made in
            unsafe fovea_convolution_backward_filters(
                node.context, algorithm, any.images.descriptor, any.filters.descriptor, any.bias.descriptor,
                any.results.descriptor, window.oneDNN, forward.handle, made)
        }
    }
}
