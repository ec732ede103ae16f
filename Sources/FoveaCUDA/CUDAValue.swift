import FoveaGraph
import FoveaRuntime

/// The result of a run, row by row: in memory of its own on the device, or on its way to the host where it is small; or an
/// input on its way to the device.
final class CUDAValue: DeviceValue {
    enum Place {
        case device(DeviceMemory)
        case host(HostResults, offset: Int)
        case staged(StagedTensor)
    }

    let type: TensorType
    private let place: Place

    init(_ type: TensorType, in place: Place) {
        self.type = type
        self.place = place
    }

    /// Puts a copy on a context's stream, where the value lies on its device; false where it is elsewhere.
    func copy(to address: UInt64, on context: CUDAContext) throws -> Bool {
        switch place {
        case .device(let memory) where memory.context === context:
            try context.copy(memory.address, to: address, byteCount: type.byteCount)
            return true
        case .staged(let staged) where staged.memory.context === context:
            try staged.copy(to: address)
            return true
        default: return false
        }
    }

    func read() throws -> Tensor {
        switch place {
        case .host(let results, let offset): return try results.tensor(type, at: offset)
        case .staged(let staged): return try staged.tensor(type)
        case .device(let memory):
            try memory.context.makeCurrent()
            // Safe: the tensor's memory has the type's byte count.
            return try unsafe Tensor(type) { unsafe try memory.context.download(memory.address, to: $0) }
        }
    }
}
