import CFoveaCPU
import FoveaGraph

extension Broadcast: CPULowerable {
    func lower(_ node: NodeLowering) throws {
        node.deliver(try node.broadcast(node.operand(0), to: shape))
    }
}

extension NodeLowering {
    /// A tensor repeated along its missing axes and its axes of size 1, row by row.
    func broadcast(_ value: Stored, to shape: Shape) throws -> Stored {
        let source = try plain(value)
        let result = allocate(try Layout(plain: shape.dimensions, source.layout.descriptor.data_type))
        let missing = max(shape.rank, 1) - source.layout.rank
        let own = Shape(source.layout.dimensions)
        let strides =
            [Int](repeating: 0, count: missing) + zip(own.dimensions, own.strides).map { $0 == 1 ? 0 : $1 }
        let view = fovea_view(sizes: result.layout.dimensions, strides: strides)
        run(kernel: "copy", reads: [source], writes: [result]) { memory in
            var view = view
            return {
                // Safe: the strides stay inside the source, and the result has the view's size.
                unsafe fovea_copy_view(&view, memory.operand(0, of: UInt32.self), memory.result(0, of: UInt32.self))
            }
        }
        return result
    }
}

extension fovea_view {
    /// A view of elements; the rank is one that oneDNN has, and so has the C structure.
    init(sizes: [Int], strides: [Int]) {
        precondition(sizes.count == strides.count && sizes.count <= fovea_maximum_rank, "one stride per axis")
        self.init()
        rank = Int32(sizes.count)
        // Safe: the arrays are no longer than the C arrays.
        unsafe withUnsafeMutableBytes(of: &self.sizes) { bytes in
            unsafe sizes.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
        }
        unsafe withUnsafeMutableBytes(of: &self.strides) { bytes in
            unsafe strides.withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
        }
    }
}
