import FoveaGraph

// Operations that move nothing: their results are other views of the same elements.

extension Broadcast: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let operand = operands[0]
        if case .expression(.literal(let number)) = operand.content {
            return [PlannedValue(results[0], .literal(number))]
        }
        let view = planner.view(of: operand).broadcast(from: operand.type.shape, to: shape)
        return [PlannedValue(results[0], .stored(view))]
    }
}

extension Transposition: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let view = planner.view(of: operands[0])
        let moved = View(
            buffer: view.buffer, offset: view.offset, strides: permutation.map { view.strides[$0] },
            dataType: view.dataType)
        return [PlannedValue(results[0], .stored(moved))]
    }
}

extension Slice: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let view = planner.view(of: operands[0])
        let axis = axis < 0 ? axis + view.strides.count : axis
        let kept = View(
            buffer: view.buffer, offset: view.offset + start * view.strides[axis], strides: view.strides,
            dataType: view.dataType)
        return [PlannedValue(results[0], .stored(kept))]
    }
}

extension Reshape: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        operands[0].dataType.kernelType != nil
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let operand = operands[0]
        if case .expression(.literal(let number)) = operand.content {
            return [PlannedValue(results[0], .literal(number))]
        }
        // Elements follow each other row by row before and after: other axes are another way to count them.
        let buffer = planner.buffer(of: operand, strides: operand.type.shape.strides)
        return [PlannedValue(results[0], buffer, strides: shape.strides)]
    }
}

extension Concatenation: DeviceLowerable {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let joined = planner.makeValue(results[0])
        let whole = planner.view(of: joined)
        let axis = axis < 0 ? axis + whole.strides.count : axis
        var start = 0
        for operand in operands {
            let shape = operand.type.shape
            let part = View(
                buffer: whole.buffer, offset: start * whole.strides[axis], strides: whole.strides,
                dataType: whole.dataType)
            planner.store(planner.expression(of: operand, over: shape), shape, in: part)
            start += shape[axis]
        }
        return [joined]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { true }
}
