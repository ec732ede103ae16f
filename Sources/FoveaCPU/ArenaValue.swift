import FoveaGraph
import FoveaRuntime
import Synchronization

/// The result of a run: in the arena until another run needs its place, and in separate memory from then on.
@safe final class ArenaValue: DeviceValue {
    private enum Home {
        case arena(AlignedMemory, offset: Int)
        case own(Tensor)
    }

    let type: TensorType
    private let home: Mutex<Home>

    init(_ type: TensorType, in memory: AlignedMemory, at offset: Int) {
        self.type = type
        home = Mutex(.arena(memory, offset: offset))
    }

    func read() -> Tensor {
        home.withLock { home in
            switch home {
            case .own(let tensor): return tensor
            case .arena(let memory, let offset):
                // Safe: the run that made the value has planned its place for its type.
                let tensor = unsafe Tensor(type) { buffer in
                    unsafe buffer.copyMemory(
                        from: UnsafeRawBufferPointer(start: memory.start + offset, count: type.byteCount))
                }
                home = .own(tensor)
                return tensor
            }
        }
    }

    /// Called before its place is overwritten.
    func leaveArena() { _ = read() }
}
