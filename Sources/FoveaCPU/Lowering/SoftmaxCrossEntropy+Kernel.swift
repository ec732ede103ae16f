import CFoveaCPU
import FoveaGraph

// The operations of softmax cross-entropy: from labels or from targets, the loss, its gradient, or both.

extension SoftmaxCrossEntropy: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isCrossEntropySupported(operands) }
    func lower(_ node: NodeLowering) throws { try node.lowerCrossEntropy(.labels, loss: 0) }
}

extension SoftmaxCrossEntropyGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isCrossEntropySupported(operands) }
    func lower(_ node: NodeLowering) throws { try node.lowerCrossEntropy(.labels, gradient: 0) }
}

extension SoftmaxCrossEntropyWithTargets: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerCrossEntropy(.targets, loss: 0) }
}

extension SoftmaxCrossEntropyWithTargetsGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws { try node.lowerCrossEntropy(.targets, gradient: 0) }
}

extension FusedSoftmaxCrossEntropy: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isCrossEntropySupported(operands) }
    func lower(_ node: NodeLowering) throws {
        try node.lowerCrossEntropy(hasTargets ? .targets : .labels, loss: 0, gradient: 1)
    }
}

/// Whether the floating-point operands are float32; the labels are int32 by the operation's own rule.
private func isCrossEntropySupported(_ operands: [TensorType]) -> Bool {
    operands.allSatisfy { $0.isLowerable && ($0.dataType == .float32 || $0.dataType == .int32) }
}

/// The kind of the second operand of a cross-entropy.
private enum Truth {
    case labels, targets
}

extension NodeLowering {
    /// - Parameters:
    ///   - loss: index of the result for the losses; nil where they are not computed.
    ///   - gradient: index of the result for the gradient, whose upstream gradient is then the third operand.
    fileprivate func lowerCrossEntropy(_ truth: Truth, loss: Int? = nil, gradient: Int? = nil) throws {
        let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
        let writes = try results.map(allocatePlain)
        run(kernel: "rows", reads: try operands.indices.map(plainOperand), writes: writes) { memory in
            {
                // Safe: the operands have these rows and classes, labels are checked against the classes, and there is
                // one upstream gradient per row.
                unsafe fovea_cross_entropy(
                    rows, classes, memory.operand(0), truth == .labels ? memory.operand(1, of: Int32.self) : nil,
                    truth == .targets ? memory.operand(1) : nil, gradient == nil ? nil : memory.operand(2),
                    loss.map { unsafe memory.result($0) }, gradient.map { unsafe memory.result($0) })
            }
        }
        for (result, written) in writes.enumerated() { deliver(written, as: result) }
    }
}
