import CFoveaCPU
import FoveaGraph

extension SGDUpdate: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operands = try node.operands.indices.map(node.plainOperand)
        let results = try node.results.map(node.allocatePlain)
        let settings = fovea_sgd(momentum: Float(momentum), weight_decay: Float(weightDecay), nesterov: nesterov)
        let count = node.results[0].shape.elementCount
        let hasVelocity = results.count == 2
        let inPlace = zip(results, [0, 3]).map { (result: $0, operand: operands[$1]) }
        node.run(kernel: "update", reads: operands, writes: results, inPlace: inPlace) { memory in
            var settings = settings
            return {
                // Safe: all tensors have `count` elements, the rate one; results may lie where their operands do.
                unsafe fovea_sgd_update(
                    &settings, count, memory.operand(0), memory.operand(1), memory.operand(2),
                    hasVelocity ? memory.operand(3) : nil, memory.result(0), hasVelocity ? memory.result(1) : nil)
            }
        }
        for (index, result) in results.enumerated() { node.deliver(result, as: index) }
    }
}
