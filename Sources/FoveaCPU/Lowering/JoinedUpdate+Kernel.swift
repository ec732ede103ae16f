import CFoveaCPU
import FoveaGraph

/// An update that a hand-written kernel runs, for one parameter or for several at once.
protocol KernelUpdate: ParameterUpdate, CPULowerable {
    /// Runs the update; the tensors of each parameter have its number of elements, and results may lie where operands do.
    @unsafe func run(_ updates: UnsafeBufferPointer<fovea_update>, scalars: [UnsafePointer<Float>])
}

extension KernelUpdate {
    func lower(_ node: NodeLowering) throws {
        let slots = (2 + Self.scalarCount)..<node.operands.count
        try node.lower(self, scalars: Array(2..<2 + Self.scalarCount), parameters: [[0, 1] + Array(slots)])
    }
}

extension JoinedUpdate: CPULowerable where Update: KernelUpdate {
    func lower(_ node: NodeLowering) throws {
        let scalars = Update.scalarCount
        let size = (node.operands.count - scalars) / parameterCount
        try node.lower(
            update, scalars: Array(0..<scalars),
            parameters: (0..<parameterCount).map { Array((scalars + $0 * size)..<(scalars + ($0 + 1) * size)) })
    }
}

extension NodeLowering {
    /// - Parameters:
    ///   - scalars: the operands that all parameters share.
    ///   - parameters: for each parameter, the operands that are its value, its gradient and its slots.
    fileprivate func lower(_ update: some KernelUpdate, scalars: [Int], parameters: [[Int]]) throws {
        let reads = try (scalars + parameters.flatMap(\.self)).map(plainOperand)
        let written = try results.map(allocatePlain)
        let counts = parameters.map { operands[$0[0]].shape.elementCount }
        let (operandCount, resultCount) = (parameters[0].count, parameters[0].count - 1)
        // The value's result overwrites the value, and each slot's result the slot.
        let inPlace = written.indices.map { index in
            let (parameter, part) = index.quotientAndRemainder(dividingBy: resultCount)
            let operand = scalars.count + parameter * operandCount + (part == 0 ? 0 : part + 1)
            return (result: written[index], operand: reads[operand])
        }
        run(kernel: "update", reads: reads, writes: written, inPlace: inPlace) { memory in
            let shared = unsafe scalars.indices.map { unsafe memory.operand($0) as UnsafePointer<Float> }
            let updates = unsafe counts.enumerated().map { index, count in
                let (first, result) = (scalars.count + index * operandCount, index * resultCount)
                return unsafe fovea_update(
                    count: count, parameter: memory.operand(first), gradient: memory.operand(first + 1),
                    slots: (
                        resultCount > 1 ? memory.operand(first + 2) : nil,
                        resultCount > 2 ? memory.operand(first + 3) : nil
                    ), new_parameter: memory.result(result),
                    new_slots: (
                        resultCount > 1 ? memory.result(result + 1) : nil,
                        resultCount > 2 ? memory.result(result + 2) : nil
                    ))
            }
            // Safe: the pointers are valid as long as the executable, and the operands have the sizes that are given.
            return { unsafe updates.withUnsafeBufferPointer { unsafe update.run($0, scalars: shared) } }
        }
        for (index, result) in written.enumerated() { deliver(result, as: index) }
    }
}
