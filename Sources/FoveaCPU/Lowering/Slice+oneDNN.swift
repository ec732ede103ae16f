import FoveaGraph

extension Slice: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let axis = axis < 0 ? axis + node.operands[0].shape.rank : axis
        var offsets = [Int](repeating: 0, count: node.operands[0].shape.rank)
        offsets[axis] = start
        let dimensions = node.results[0].shape.dimensions
        // The part is read where it lies; where a layout's blocks are cut, from a plain copy.
        var operand = node.operand(0)
        var part = operand.layout.part(dimensions, at: offsets)
        if part == nil {
            operand = try node.plainOperand(0)
            part = operand.layout.part(dimensions, at: offsets)
        }
        guard let part else {
            throw FoveaError(.internalDefect, "oneDNN refused a part of a plain tensor for \(node.purpose).")
        }
        node.deliver(try node.reorder(operand.viewed(as: part), to: operand.layout.resized(to: dimensions)))
    }
}
