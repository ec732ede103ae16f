import CFoveaCPU
import FoveaGraph

extension MatrixMultiplication: CPULowerable {
    func lower(_ node: NodeLowering) throws { node.deliver(try multiplied(node)) }

    /// The product of a node's operands.
    ///
    /// - Parameter activation: the activation applied to it.
    func multiplied(_ node: NodeLowering, activation: Elementwise? = nil) throws -> Stored {
        if let singleRow = try SingleRowMultiplication(self, node, activation: activation) {
            return try singleRow.multiplied(node)
        }
        // A transposed operand is the same memory read with other strides.
        let left = try matrix(node.operand(0), transposed: transposingLeft, node)
        var right = try matrix(node.operand(1), transposed: transposingRight, node)
        let result = try node.allocatePlain(node.results[0])
        var reads: [(Argument, Stored)] = [(.source, left)]
        var biasLayout = Layout.absent
        if node.operands.count == 3 {
            let bias = try node.plainOperand(2)
            biasLayout = try Layout(plain: [1, node.operands[2].shape[0]])
            reads.append((.bias, bias.viewed(as: biasLayout)))
        }
        // Weights that no run changes are laid out once in the kernel's layout.
        let isInUse = node.isPrepared(right)
        let rightLayout = isInUse ? try Layout.any(right.layout.dimensions) : right.layout
        let work = multiplyAdds(operands: node.operands, results: node.results)
        let threads = work < Self.smallWork ? 1 : nil
        fovea_set_thread_count(Int32(threads ?? node.engine.threads))
        defer { fovea_set_thread_count(Int32(node.engine.threads)) }
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_matrix_multiplication(
                node.context, left.layout.descriptor, rightLayout.descriptor, biasLayout.descriptor,
                result.layout.descriptor, activation?.algorithm ?? dnnl_alg_kind_undef, activation?.alpha ?? 0,
                activation?.beta ?? 0, made)
        }
        if isInUse { right = try node.reorder(right, to: descriptor.layout(of: .weights)) }
        reads.append((.weights, right))
        try node.run(
            descriptor, threads: threads, reads: reads, writes: [(.destination, result)],
            mayMistakeNonFinite: activation?.clamps ?? false)
        return result
    }

    /// The number of multiply-adds below which waking a second thread takes longer than its work.
    private static let smallWork = 200_000

    /// A matrix as oneDNN multiplies it: rows or columns next to each other.
    private func matrix(_ operand: Stored, transposed: Bool, _ node: NodeLowering) throws -> Stored {
        let read = transposed ? try operand.layout.transposed([1, 0]) : operand.layout
        if try read.isPlain || read.transposed([1, 0]).isPlain { return operand.viewed(as: read) }
        let plain = try node.plain(operand)
        return plain.viewed(as: transposed ? try plain.layout.transposed([1, 0]) : plain.layout)
    }
}
