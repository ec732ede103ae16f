import FoveaGraph

extension Addition: DeviceElementwise { var deviceCode: String { "$0 + $1" } }
extension Subtraction: DeviceElementwise { var deviceCode: String { "$0 - $1" } }
extension Multiplication: DeviceElementwise { var deviceCode: String { "$0 * $1" } }
extension Division: DeviceElementwise { var deviceCode: String { "$0 / $1" } }

extension AverageUpdate: DeviceElementwise {
    var deviceCode: String { "(1.0f - $2) * $0 + $2 * $1" }
}

extension Cast: DeviceElementwise {
    // Its result may never be stored, where it would be rounded.
    var deviceCode: String { dataType == .bfloat16 ? "rounded_to_bfloat($0)" : "$0" }

    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        // Kernels compute in float32, which does not hold every int32.
        results[0].dataType.isDeviceFloat && operands[0].dataType.kernelType != nil
    }
}

extension RandomMask: DeviceLowerable {
    func isSupportedOnDevice(operands: [TensorType], results: [TensorType]) -> Bool {
        results[0].dataType.isDeviceFloat
    }

    func lower(
        _ operands: [PlannedValue], results: [TensorType], with planner: inout ProgramPlanner
    ) throws -> [PlannedValue] {
        let key = View(
            buffer: planner.buffer(of: operands[0]), offset: 0, strides: shape.dimensions.map { _ in 0 },
            dataType: .int32)
        let draw = RandomMaskDraw(
            key: key, stream: UInt64(stream), threshold: threshold, kept: 1 / (1 - rate), logicalStrides: shape.strides)
        return [PlannedValue(results[0], .mask(draw))]
    }
}
