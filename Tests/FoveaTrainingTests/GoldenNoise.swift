import FoveaGraph

/// Numbers from `middle` − `bound` to `middle` + `bound` by the formula of `script/pytorch/make_goldens.py`: element i of the
/// k-th tensor is a hash of 2654435769·k + i.
func goldenNoise(_ shape: Shape, _ k: Int, around middle: Float = 0, bound: Double) throws -> Tensor {
    let elements = (0..<shape.elementCount).map { index in
        var x = UInt32(truncatingIfNeeded: index) &+ UInt32(truncatingIfNeeded: 2_654_435_769 * k)
        x = (x ^ x >> 16) &* 0x7FEB_352D
        x = (x ^ x >> 15) &* 0x846C_A68B
        x ^= x >> 16
        return middle + Float(bound * (Double(x >> 8) / 0x1p23 - 1))
    }
    return try Tensor(shape, elements)
}
