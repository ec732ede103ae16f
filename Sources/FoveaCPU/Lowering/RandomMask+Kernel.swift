import CFoveaCPU
import FoveaGraph

extension RandomMask: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        results.allSatisfy { $0.dataType == .float32 && $0.isLowerable }
    }

    func lower(_ node: NodeLowering) throws {
        let key = try node.plainOperand(0)
        let mask = try node.allocatePlain(node.results[0])
        let (stream, threshold, kept) = (UInt64(stream), threshold, Float(1 / (1 - rate)))
        let count = node.results[0].shape.elementCount
        node.run(kernel: "philox", reads: [key], writes: [mask]) { memory in
            // Safe: the key has two words and the mask `count` elements.
            {
                unsafe fovea_random_mask(
                    memory.operand(0, of: UInt32.self), stream, threshold, kept, count, memory.result(0))
            }
        }
        node.deliver(mask)
    }
}
