import CFoveaCPU
import FoveaGraph

// The four operations of softmax cross-entropy: from labels or from targets, the loss or its gradient.

extension SoftmaxCrossEntropy: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isCrossEntropySupported(operands) }

    func lower(_ node: NodeLowering) throws {
        try node.lowerCrossEntropy { rows, classes, memory in
            // Safe: the operands have these rows and classes; labels are checked against the classes.
            unsafe fovea_cross_entropy(
                rows, classes, memory.operand(0), memory.operand(1, of: Int32.self), nil, memory.result(0))
        }
    }
}

extension SoftmaxCrossEntropyGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { isCrossEntropySupported(operands) }

    func lower(_ node: NodeLowering) throws {
        try node.lowerCrossEntropy { rows, classes, memory in
            // Safe: as above, with one upstream gradient per row.
            unsafe fovea_cross_entropy_gradient(
                rows, classes, memory.operand(0), memory.operand(1, of: Int32.self), nil, memory.operand(2),
                memory.result(0))
        }
    }
}

extension SoftmaxCrossEntropyWithTargets: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        try node.lowerCrossEntropy { rows, classes, memory in
            // Safe: logits and targets have these rows and classes.
            unsafe fovea_cross_entropy(
                rows, classes, memory.operand(0), nil, memory.operand(1), memory.result(0))
        }
    }
}

extension SoftmaxCrossEntropyWithTargetsGradient: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        try node.lowerCrossEntropy { rows, classes, memory in
            // Safe: as above, with one upstream gradient per row.
            unsafe fovea_cross_entropy_gradient(
                rows, classes, memory.operand(0), nil, memory.operand(1), memory.operand(2), memory.result(0))
        }
    }
}

/// Whether the floating-point operands are float32; the labels are int32 by the operation's own rule.
private func isCrossEntropySupported(_ operands: [TensorType]) -> Bool {
    operands.allSatisfy { $0.isLowerable && ($0.dataType == .float32 || $0.dataType == .int32) }
}

extension NodeLowering {
    fileprivate func lowerCrossEntropy(_ body: @escaping (_ rows: Int, _ classes: Int, KernelMemory) -> Void) throws {
        let result = try allocatePlain(results[0])
        let (rows, classes) = (operands[0].shape[0], operands[0].shape[1])
        run(kernel: "rows", reads: try operands.indices.map(plainOperand), writes: [result]) { memory in
            { body(rows, classes, memory) }
        }
        deliver(result)
    }
}
