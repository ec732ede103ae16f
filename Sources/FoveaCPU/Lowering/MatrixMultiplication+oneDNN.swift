import CFoveaCPU
import FoveaGraph

extension MatrixMultiplication: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        // A transposed operand is the same memory read with other strides.
        let left = try matrix(node.operand(0), transposed: transposingLeft, node)
        let right = try matrix(node.operand(1), transposed: transposingRight, node)
        let result = try node.allocatePlain(node.results[0])
        var reads: [(Argument, Stored)] = [(.source, left), (.weights, right)]
        var biasLayout = Layout.absent
        if node.operands.count == 3 {
            let bias = try node.plainOperand(2)
            biasLayout = try Layout(plain: [1, node.operands[2].shape[0]])
            reads.append((.bias, bias.viewed(as: biasLayout)))
        }
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_matrix_multiplication(
                node.context, left.layout.descriptor, right.layout.descriptor, biasLayout.descriptor,
                result.layout.descriptor, made)
        }
        try node.run(descriptor, reads: reads, writes: [(.destination, result)])
        node.deliver(result)
    }

    /// A matrix as oneDNN multiplies it: rows or columns next to each other.
    private func matrix(_ operand: Stored, transposed: Bool, _ node: NodeLowering) throws -> Stored {
        let read = transposed ? try operand.layout.transposed([1, 0]) : operand.layout
        if try read.isPlain || read.transposed([1, 0]).isPlain { return operand.viewed(as: read) }
        let plain = try node.plain(operand)
        return plain.viewed(as: transposed ? try plain.layout.transposed([1, 0]) : plain.layout)
    }
}
