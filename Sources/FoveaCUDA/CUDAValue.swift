import FoveaGraph
import FoveaRuntime

/// The result of a run, row by row: in memory of its own on the device, or on its way to the host where it is small.
final class CUDAValue: DeviceValue {
    enum Place {
        case device(DeviceMemory)
        case host(HostResults, offset: Int)
    }

    let type: TensorType
    let place: Place

    init(_ type: TensorType, in place: Place) {
        self.type = type
        self.place = place
    }

    /// Where the value lies on a device; nil where it is elsewhere.
    func address(on context: CUDAContext) -> UInt64? {
        guard case .device(let memory) = place, memory.context === context else { return nil }
        return memory.address
    }

    func read() throws -> Tensor {
        switch place {
        case .host(let results, let offset): return try results.tensor(type, at: offset)
        case .device(let memory):
            try memory.context.makeCurrent()
            // Safe: the tensor's memory has the type's byte count.
            return try unsafe Tensor(type) { unsafe try memory.context.download(memory.address, to: $0) }
        }
    }
}
