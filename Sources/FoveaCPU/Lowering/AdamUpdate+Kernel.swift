import CFoveaCPU
import FoveaGraph

extension AdamUpdate: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let operands = try node.operands.indices.map(node.plainOperand)
        let results = try node.results.map(node.allocatePlain)
        let settings = fovea_adam(
            beta1: beta1, beta2: beta2, epsilon: epsilon, weight_decay: weightDecay,
            decoupled_weight_decay: decoupledWeightDecay)
        let count = node.results[0].shape.elementCount
        let inPlace = zip(results, [0, 4, 5]).map { (result: $0, operand: operands[$1]) }
        node.run(kernel: "update", reads: operands, writes: results, inPlace: inPlace) { memory in
            var settings = settings
            return {
                // Safe: all tensors have `count` elements, rate and step one; results may lie where their operands do.
                unsafe fovea_adam_update(
                    &settings, count, memory.operand(0), memory.operand(1), memory.operand(2), memory.operand(3),
                    memory.operand(4), memory.operand(5), memory.result(0), memory.result(1), memory.result(2))
            }
        }
        for (index, result) in results.enumerated() { node.deliver(result, as: index) }
    }
}
