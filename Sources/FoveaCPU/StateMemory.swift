import FoveaGraph
import FoveaRuntime

/// A state in memory that programs read and write where it lies, row by row.
final class StateMemory: DeviceBuffer, @unchecked Sendable {
    // Unchecked: like every buffer it is used on its device's compute thread only.
    let type: TensorType
    let memory: AlignedMemory
    /// How often the elements have been replaced: what a program has prepared from them holds for one version.
    private(set) var version = 0

    init(_ type: TensorType) throws {
        self.type = type
        memory = try AlignedMemory(byteCount: type.byteCount, for: "a state of type \(type)")
    }

    /// Stands for a state in a plan that is never run: it has no memory.
    init(planning type: TensorType) throws {
        self.type = type
        memory = try AlignedMemory(byteCount: 0, for: "no state")
    }

    func read() -> Tensor {
        unsafe Tensor(type) { buffer in
            // Safe: both have exactly the type's byte count.
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(start: memory.start, count: memory.byteCount))
        }
    }

    /// Notes that a program has written new elements into ``memory``.
    func noteUpdate() { version &+= 1 }

    func write(_ tensor: Tensor) {
        precondition(tensor.type == type, "a state keeps its type")
        unsafe tensor.withBytes { bytes in
            // Safe: both have exactly the type's byte count.
            unsafe UnsafeMutableRawBufferPointer(start: memory.start, count: memory.byteCount)
                .copyMemory(from: bytes)
        }
        noteUpdate()
    }
}
