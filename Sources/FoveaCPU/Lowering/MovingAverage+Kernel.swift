import CFoveaCPU
import FoveaGraph

extension MovingAverage: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        let (statistic, value) = (try node.plainOperand(0), try node.plainOperand(1))
        let result = try node.allocatePlain(node.results[0])
        let count = node.results[0].shape.elementCount
        let (kept, added) = (Float(1 - momentum), Float(momentum * correction))
        node.run(
            kernel: "move", reads: [statistic, value], writes: [result],
            inPlace: [(result, statistic), (result, value)]
        ) { memory in
            // Safe: all three have `count` elements.
            {
                unsafe fovea_moving_average(
                    count, kept, added, memory.operand(0), memory.operand(1), memory.result(0))
            }
        }
        node.deliver(result)
    }
}
