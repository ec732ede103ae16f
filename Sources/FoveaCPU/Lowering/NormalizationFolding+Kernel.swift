import CFoveaCPU
import FoveaGraph

extension NormalizationFolding: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let reads = try node.operands.indices.map { try node.plainOperand($0) }
        let (filters, bias) = (try node.allocatePlain(node.results[0]), try node.allocatePlain(node.results[1]))
        let count = node.results[1].shape.elementCount
        let size = node.results[0].shape.elementCount / count
        let (epsilon, hasBias) = (Float(epsilon), hasBias)
        node.run(kernel: "fold", reads: reads, writes: [filters, bias]) { memory in
            // Safe: the memory of operands and results stays where it is.
            var folding = unsafe fovea_folding(
                count: count, size: size, epsilon: epsilon, scale: memory.operand(1), bias: memory.operand(2),
                mean: memory.operand(3), variance: memory.operand(4), own_bias: hasBias ? memory.operand(5) : nil)
            return {
                // Safe: the sizes are those of the types.
                unsafe fovea_fold_normalization(&folding, memory.operand(0), memory.result(0), memory.result(1))
            }
        }
        node.deliver(filters)
        node.deliver(bias, as: 1)
    }
}
