import FoveaGraph
import FoveaNN

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

/// The weights that training starts from in PyTorch's goldens, by the same script: by He's rule where there are filters or
/// matrices, and around 1 or 0 for the others.
///
/// - Parameter quieted: the weights of normalizations that start around 0, so that deep networks do not grow too loud.
func goldenStart(_ parameters: [ParameterDeclaration], quieted: [String] = []) throws -> Weights {
    Weights(
        try parameters.enumerated().map { k, parameter in
            let (path, shape) = (parameter.path, parameter.shape)
            let value =
                if shape.rank > 1 {
                    try goldenNoise(shape, k, bound: (6 / Double(shape.elementCount / shape[0])).squareRoot())
                } else if path.hasSuffix("running_var") {
                    try goldenNoise(shape, k, around: 1, bound: 0.5)
                } else if quieted.contains(path) {
                    try goldenNoise(shape, k, bound: 0.2)
                } else if path.hasSuffix("weight") {
                    try goldenNoise(shape, k, around: 1, bound: 0.2)
                } else {
                    try goldenNoise(shape, k, bound: 0.1)
                }
            return (path, value)
        })
}
