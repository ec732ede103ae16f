import FoveaGraph

extension Transposition: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        // The same memory with its axes renamed: a reader that needs another order of the elements copies them.
        let operand = node.operand(0)
        node.deliver(operand.viewed(as: try operand.layout.transposed(permutation)))
    }
}
