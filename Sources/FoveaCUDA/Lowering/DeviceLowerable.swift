import FoveaGraph

/// An operation that runs on a CUDA device.
protocol DeviceLowerable: Operation {
    /// Whether it runs on operands of these types.
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool

    /// Adds what computes the operation; its results.
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue]

    /// Whether an operand of this shape is read element by element, so that it may be an expression.
    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool

    /// How often such an operand is read, where it is large.
    var readingCount: Int { get }
}

extension DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        (operands + results).allSatisfy(\.dataType.isDeviceFloat)
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { false }
    var readingCount: Int { 1 }
}

/// An operation whose only result is a function of the elements of its operands at the same place.
protocol DeviceElementwise: DeviceLowerable {
    /// The function in CUDA's dialect of C, with `$0`, `$1`… for its operands.
    var deviceCode: String { get }
}

extension DeviceElementwise {
    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let shape = results[0].shape
        let whole = Expression.apply(deviceCode, operands.map { planner.expression(of: $0, over: shape) })
        // A kernel's parameter has a place for the result and a guard, too.
        guard whole.views.count > KernelLaunch.pointerLimit - 2 else { return [PlannedValue(results[0], whole)] }
        let stored = operands.map { planner.stored($0) }
        return [
            PlannedValue(results[0], .apply(deviceCode, stored.map { planner.expression(of: $0, over: shape) }))
        ]
    }

    func readsElementwise(_ shape: Shape, results: [TensorType]) -> Bool { shape == results[0].shape }
}
