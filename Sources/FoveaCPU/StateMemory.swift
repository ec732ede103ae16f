import FoveaGraph
import FoveaRuntime

/// A state in memory that programs read and write where it lies, row by row.
final class StateMemory: DeviceBuffer, @unchecked Sendable {
    // Unchecked: like every buffer it is used on its device's compute thread only.
    let type: TensorType
    let memory: AlignedMemory

    init(_ type: TensorType) throws {
        self.type = type
        memory = try AlignedMemory(byteCount: type.byteCount, for: "a state of type \(type)")
    }

    func read() -> Tensor {
        unsafe Tensor(type) { buffer in
            // Safe: both have exactly the type's byte count.
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: memory.start, count: memory.byteCount))
        }
    }

    func write(_ tensor: Tensor) {
        precondition(tensor.type == type, "a state keeps its type")
        unsafe tensor.withBytes { bytes in
            // Safe: both have exactly the type's byte count.
            unsafe UnsafeMutableRawBufferPointer(start: memory.start, count: memory.byteCount)
                .copyMemory(from: bytes)
        }
    }
}
