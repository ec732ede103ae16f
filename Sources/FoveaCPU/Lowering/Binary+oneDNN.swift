import CFoveaCPU
import FoveaGraph

/// An operation that oneDNN's binary primitive runs.
protocol OneDNNBinary: BinaryOperation, CPULowerable {
    var oneDNN: dnnl_alg_kind_t { get }
    /// Whether a ∘ b = b ∘ a.
    var isCommutative: Bool { get }
}

extension Addition: OneDNNBinary {
    var oneDNN: dnnl_alg_kind_t { dnnl_binary_add }
    var isCommutative: Bool { true }
}

extension Subtraction: OneDNNBinary {
    var oneDNN: dnnl_alg_kind_t { dnnl_binary_sub }
    var isCommutative: Bool { false }
}

extension Multiplication: OneDNNBinary {
    var oneDNN: dnnl_alg_kind_t { dnnl_binary_mul }
    var isCommutative: Bool { true }
}

extension Division: OneDNNBinary {
    var oneDNN: dnnl_alg_kind_t { dnnl_binary_div }
    var isCommutative: Bool { false }
}

extension OneDNNBinary {
    func lower(_ node: NodeLowering) throws {
        let shape = node.results[0].shape
        // The left operand gives the result its layout; if only it repeats and order does not matter, they are swapped.
        let swapped = isCommutative && node.operands[0].shape != shape && node.operands[1].shape == shape
        var left = try node.carriedOperand(swapped ? 1 : 0)
        if node.operands[swapped ? 1 : 0].shape != shape { left = try node.broadcast(left, to: shape) }
        node.deliver(try combine(left, node.operand(swapped ? 0 : 1), node))
    }

    /// The combination of two tensors, of which the left one has the result's shape and gives it its layout, which is a
    /// usual one of images or a plain one.
    func combine(_ left: Stored, _ right: Stored, _ node: NodeLowering) throws -> Stored {
        let right = try aligned(right, with: left.layout, node)
        let result = node.allocate(left.layout)
        let descriptor = try unsafe node.describe { made in
            unsafe fovea_binary(
                node.context, oneDNN, left.layout.descriptor, right.layout.descriptor, result.layout.descriptor, made)
        }
        try node.run(
            descriptor, reads: [(.source, left), (.secondSource, right)], writes: [(.destination, result)],
            inPlace: [(result, left), (result, right)])
        return result
    }

    /// The right operand with the left one's rank and, if it has its shape, its layout.
    private func aligned(_ right: Stored, with left: Layout, _ node: NodeLowering) throws -> Stored {
        if right.layout.dimensions == left.dimensions { return try node.reorder(right, to: left) }
        let plain = try node.plain(right)
        let missing = left.rank - plain.layout.rank
        let dimensions = [Int](repeating: 1, count: missing) + plain.layout.dimensions
        return plain.viewed(as: try plain.layout.reshaped(to: dimensions))
    }
}
