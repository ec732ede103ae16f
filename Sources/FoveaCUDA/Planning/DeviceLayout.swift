import FoveaGraph

/// The order in which tensors lie on the device: row by row up to two axes; beyond, the channels (axis 1) innermost, as
/// NVIDIA's convolutions want images and filters.
extension Shape {
    /// The axes from the outermost to the innermost.
    var deviceOrder: [Int] { rank < 3 ? Array(0..<rank) : [0] + (2..<rank) + [1] }

    /// The distance in elements between neighbours along each axis.
    var deviceStrides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        var next = 1
        for axis in deviceOrder.reversed() {
            strides[axis] = next
            next *= dimensions[axis]
        }
        return strides
    }

    /// Whether elements under these strides lie in the order of the others, whatever the strides of axes of size 1 are.
    func isSameOrder(_ first: [Int], _ second: [Int]) -> Bool {
        elementCount == 0 || (0..<rank).allSatisfy { dimensions[$0] == 1 || first[$0] == second[$0] }
    }

    /// Whether row by row is the device's order, too.
    var liesRowByRow: Bool { isSameOrder(strides, deviceStrides) }
}
