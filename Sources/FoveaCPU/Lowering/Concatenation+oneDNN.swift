import CFoveaCPU
import FoveaGraph

extension Concatenation: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operands = node.operands.indices.map(node.operand)
        let axis = axis < 0 ? axis + node.results[0].shape.rank : axis
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
}
