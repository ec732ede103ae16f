import CFoveaCPU
import FoveaGraph

// Operations over sequences with lengths: the second operand holds them, or the only one.

extension SequenceMask: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        let fill = Float(fill)
        unsafe try node.lowerOverSequences("mask", node.results[0].shape) { sequences, x, result in
            unsafe fovea_mask_sequences(sequences, x, fill, result)
        }
    }
}

extension SequenceMean: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        unsafe try node.lowerOverSequences("means", node.operands[0].shape) { unsafe fovea_sequence_means($0, $1, $2) }
    }
}

extension SequenceMeanGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        unsafe try node.lowerOverSequences("means", node.results[0].shape) {
            unsafe fovea_sequence_mean_gradient($0, $1, $2)
        }
    }
}

extension SequenceLast: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        unsafe try node.lowerOverSequences("ends", node.operands[0].shape) { unsafe fovea_sequence_ends($0, $1, $2) }
    }
}

extension SequenceLastGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        unsafe try node.lowerOverSequences("ends", node.results[0].shape) {
            unsafe fovea_sequence_end_gradient($0, $1, $2)
        }
    }
}

extension SequenceNormalization: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        let shape = node.operands[0].shape
        let writes = try node.results.map(node.allocatePlain)
        let epsilon = Float(epsilon)
        node.run(kernel: "normalize", reads: try (0..<4).map(node.plainOperand), writes: writes) { memory in
            {
                // Safe: the operands have the shapes of the operation's type rule, and the results too.
                var sequences = unsafe fovea_sequences(
                    count: shape[0], channels: shape[1], steps: shape[2], lengths: memory.operand(3, of: Int32.self))
                unsafe fovea_normalize_sequences(
                    &sequences, epsilon, memory.operand(0), memory.operand(1), memory.operand(2), memory.result(0),
                    memory.result(1), memory.result(2))
            }
        }
        for (number, written) in writes.enumerated() { node.deliver(written, as: number) }
    }
}

extension SequenceNormalizationGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        let shape = node.operands[0].shape
        let writes = try node.results.map(node.allocatePlain)
        let epsilon = Float(epsilon)
        node.run(kernel: "normalize", reads: try (0..<6).map(node.plainOperand), writes: writes) { memory in
            {
                // Safe: as above.
                var sequences = unsafe fovea_sequences(
                    count: shape[0], channels: shape[1], steps: shape[2], lengths: memory.operand(5, of: Int32.self))
                unsafe fovea_normalize_sequences_gradient(
                    &sequences, epsilon, memory.operand(0), memory.operand(1), memory.operand(2), memory.operand(3),
                    memory.operand(4), memory.result(0), memory.result(1), memory.result(2))
            }
        }
        for (number, written) in writes.enumerated() { node.deliver(written, as: number) }
    }
}

extension SequenceStepCount: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].isLowerable && dataType == .float32
    }

    func lower(_ node: NodeLowering) throws {
        let result = try node.allocatePlain(node.results[0])
        let (count, steps) = (node.operands[0].shape[0], steps)
        node.run(kernel: "count", reads: [try node.plainOperand(0)], writes: [result]) { memory in
            {
                // Safe: there are as many lengths as sequences, and one result.
                var sequences = unsafe fovea_sequences(
                    count: count, channels: 1, steps: steps, lengths: memory.operand(0, of: Int32.self))
                unsafe memory.result(0).pointee = fovea_sequence_step_count(&sequences)
            }
        }
        node.deliver(result)
    }
}

extension WindowLengths: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { operands[0].isLowerable }

    func lower(_ node: NodeLowering) throws {
        let result = try node.allocatePlain(node.results[0])
        let (margin, stride) = (Int64(axis.before + axis.after - axis.span), Int64(axis.stride))
        let count = node.operands[0].shape[0]
        node.run(kernel: "lengths", reads: [try node.plainOperand(0)], writes: [result]) { memory in
            {
                // Safe: there are as many results as lengths.
                unsafe fovea_window_lengths(
                    count, memory.operand(0, of: Int32.self), margin, stride, memory.result(0, of: Int32.self))
            }
        }
        node.deliver(result)
    }
}

extension TransposedWindowLengths: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { operands[0].isLowerable }

    func lower(_ node: NodeLowering) throws {
        let result = try node.allocatePlain(node.results[0])
        let (margin, stride) = (Int64(margin), Int64(axis.stride))
        let count = node.operands[0].shape[0]
        node.run(kernel: "lengths", reads: [try node.plainOperand(0)], writes: [result]) { memory in
            {
                // Safe: there are as many results as lengths.
                unsafe fovea_transposed_window_lengths(
                    count, memory.operand(0, of: Int32.self), margin, stride, memory.result(0, of: Int32.self))
            }
        }
        node.deliver(result)
    }
}

extension Gather: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        let result = try node.allocatePlain(node.results[0])
        let (rows, width) = (node.operands[0].shape[0], node.operands[0].shape[1])
        let count = node.operands[1].shape.elementCount
        node.run(
            kernel: "rows", reads: [try node.plainOperand(0), try node.plainOperand(1)], writes: [result]
        ) { memory in
            {
                // Safe: the table has these rows, and the result one for each index.
                unsafe fovea_gather_rows(
                    rows, width, memory.operand(0), count, memory.operand(1, of: Int32.self), memory.result(0))
            }
        }
        node.deliver(result)
    }
}

extension GatherGradient: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool { areLowerableWithIntegers(operands) }

    func lower(_ node: NodeLowering) throws {
        let result = try node.allocatePlain(node.results[0])
        let (rows, width, count) = (rows, node.results[0].shape[1], node.operands[1].shape.elementCount)
        node.run(
            kernel: "rows", reads: [try node.plainOperand(0), try node.plainOperand(1)], writes: [result]
        ) { memory in
            {
                // Safe: the gradient has a row for each index, and the result these rows.
                unsafe fovea_scatter_rows(
                    rows, width, memory.operand(0), count, memory.operand(1, of: Int32.self), memory.result(0))
            }
        }
        node.deliver(result)
    }
}

/// Whether numbers are float32 or int32, and there is something to compute.
private func areLowerableWithIntegers(_ operands: [TensorType]) -> Bool {
    operands.allSatisfy { $0.isLowerable && ($0.dataType == .float32 || $0.dataType == .int32) }
}

extension NodeLowering {
    /// A step that reads numbers and lengths, over sequences of this shape.
    fileprivate func lowerOverSequences(
        _ kernel: String, _ shape: Shape,
        _ body: @escaping (UnsafePointer<fovea_sequences>, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
    ) throws {
        let result = try allocatePlain(results[0])
        let (count, channels, steps) = (shape[0], shape[1], shape[2])
        run(kernel: kernel, reads: [try plainOperand(0), try plainOperand(1)], writes: [result]) { memory in
            {
                // Safe: operand and result have the shapes that the operation's type rule gives for these sequences.
                var sequences = unsafe fovea_sequences(
                    count: count, channels: channels, steps: steps, lengths: memory.operand(1, of: Int32.self))
                unsafe body(&sequences, memory.operand(0), memory.result(0))
            }
        }
        deliver(result)
    }
}
