import CFoveaCPU
import FoveaGraph

extension Concatenation: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operands = node.operands.indices.map(node.operand)
        let axis = axis < 0 ? axis + node.results[0].shape.rank : axis
        if axis == 1, let result = try stacked(operands, node) { return node.deliver(result) }
        let layouts = operands.map(\.layout.descriptor)
        let descriptor = try unsafe node.describe { made in
            // Safe: the array holds one descriptor per operand.
            unsafe fovea_concatenation(node.context, layouts, Int32(layouts.count), Int32(axis), made)
        }
        let result = node.allocate(descriptor.layout(of: .destination))
        try node.run(
            descriptor, reads: operands.enumerated().map { (.joined($0), $1) }, writes: [(.destination, result)])
        node.deliver(result)
    }

    /// The joined channels of images whose memory only has to be concatenated; nil for others.
    ///
    /// oneDNN's general kernel takes several times as long.
    private func stacked(_ operands: [Stored], _ node: NodeLowering) throws -> Stored? {
        guard let lanes = operands[0].layout.adjacentChannels,
            operands.allSatisfy({ $0.layout.hasStackedChannels && $0.layout.adjacentChannels == lanes })
        else { return nil }
        let shape = node.results[0].shape
        let result = node.allocate(try operands[0].layout.resized(to: shape.dimensions))
        let sizes = node.operands.map { $0.shape.elementCount / shape[0] }
        node.run(kernel: "join", reads: operands, writes: [result]) { memory in
            let parts = unsafe sizes.indices.map { unsafe Optional(memory.operand($0, of: UInt32.self)) }
            // Safe: the sizes are those of the layouts, and both arrays have one element per operand.
            return { unsafe fovea_join(shape[0], sizes.count, sizes, parts, memory.result(0, of: UInt32.self)) }
        }
        return result
    }
}
