import FoveaGraph
import FoveaRuntime

/// The result of a run, row by row in memory of its own on the device.
final class CUDAValue: DeviceValue {
    let type: TensorType
    let memory: DeviceMemory

    init(_ type: TensorType, in memory: DeviceMemory) {
        self.type = type
        self.memory = memory
    }

    func read() throws -> Tensor {
        try memory.context.makeCurrent()
        // Safe: the tensor's memory has the type's byte count.
        return try unsafe Tensor(type) { unsafe try memory.context.download(memory.address, to: $0) }
    }
}
