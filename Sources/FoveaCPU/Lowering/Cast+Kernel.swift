import CFoveaCPU
import FoveaGraph

extension Cast: CPULowerable {
    /// Between float32 and bfloat16, in both directions.
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        let types = [operands[0].dataType, dataType]
        return operands[0].isLowerable && (types == [.float32, .bfloat16] || types == [.bfloat16, .float32])
    }

    func lower(_ node: NodeLowering) throws {
        let count = node.results[0].shape.elementCount
        let result = try node.allocatePlain(node.results[0])
        let narrows = dataType == .bfloat16
        node.run(kernel: "cast", reads: [try node.plainOperand(0)], writes: [result]) { memory in
            {
                // Safe: operand and result have as many elements of these types.
                if narrows {
                    unsafe fovea_floats_to_bfloat16(count, memory.operand(0), memory.result(0, of: UInt16.self))
                } else {
                    unsafe fovea_bfloat16_to_floats(count, memory.operand(0, of: UInt16.self), memory.result(0))
                }
            }
        }
        node.deliver(result)
    }
}
