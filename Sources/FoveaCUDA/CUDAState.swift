import FoveaFoundation
import FoveaGraph
import FoveaRuntime
import Synchronization

/// A state in the device's memory, in the device's order.
final class CUDAState: DeviceBuffer {
    let type: TensorType
    let memory: DeviceMemory
    private let changeCount = Atomic(0)

    /// How often the elements may have changed.
    var changes: Int { changeCount.load(ordering: .acquiring) }
    func noteChange() { changeCount.wrappingAdd(1, ordering: .releasing) }

    init(_ type: TensorType, on context: CUDAContext) throws {
        self.type = type
        memory = try DeviceMemory(context, byteCount: type.byteCount, for: "a state of type \(type)")
        try memory.context.fill(memory.address, byteCount: type.byteCount)
    }

    func read() throws -> Tensor {
        try memory.context.makeCurrent()
        // Safe: the tensor's memory has the type's byte count.
        let moved = try unsafe Tensor(type) { unsafe try memory.context.download(memory.address, to: $0) }
        return type.shape.liesRowByRow ? moved : moved.reordered(from: type.shape.deviceStrides, to: type.shape.strides)
    }

    func write(_ source: some TensorSource) throws {
        precondition(source.type == type, "a state keeps its type")
        var tensor = try Tensor(copying: source)
        if !type.shape.liesRowByRow {
            tensor = tensor.reordered(from: type.shape.strides, to: type.shape.deviceStrides)
        }
        try memory.context.makeCurrent()
        try unsafe tensor.withBytes { unsafe try memory.context.upload($0, to: memory.address) }
        noteChange()
    }
}

extension Tensor {
    /// The elements in another order: each is at the offset that one set of strides gives its coordinates, and moves to
    /// that of the other.
    fileprivate func reordered(from old: [Int], to new: [Int]) -> Tensor {
        let space = IterationSpace(
            shape, axes: Array(0..<shape.rank).sorted { new[$0] > new[$1] }, strides: [new, old])
        let size = dataType.byteCount
        // Safe: both sets of strides reach each element of the type once.
        return unsafe Tensor(type) { target in
            unsafe withBytes { source in
                guard let target = target.baseAddress, let source = source.baseAddress else { return }
                space.forEachOffset { to, from in
                    unsafe (target + to * size).copyMemory(from: source + from * size, byteCount: size)
                }
            }
        }
    }
}

extension IterationSpace {
    /// Visits the offsets of the first two views.
    fileprivate func forEachOffset(_ body: (_ first: Int, _ second: Int) -> Void) {
        func walk(_ axis: Int, _ first: Int, _ second: Int) {
            guard axis < sizes.count else { return body(first, second) }
            let (own, other) = (strides[0][axis], strides[1][axis])
            for index in 0..<sizes[axis] { walk(axis + 1, first + index * own, second + index * other) }
        }
        walk(0, 0, 0)
    }
}
