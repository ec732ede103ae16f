import Fovea

/// A backend that runs seven operations on float32, by plain loops. Whatever else a network consists of is written with
/// these, or runs on the reference backend.
struct TinyBackend: Backend {
    let name = "tiny"
    let profile = BackendProfile(summary: "plain loops for seven operations")

    func supports(_ operation: any Operation, operands: [TensorType], results: [TensorType]) -> Bool {
        guard (operands + results).allSatisfy({ $0.dataType == .float32 }) else { return false }
        switch operation {
        case let convolution as Convolution:
            return convolution.groups == 1 && operands.count == 2 && convolution.window.axes.count == 2
                && convolution.window.axes.allSatisfy { $0.stride == 1 && $0.dilation == 1 }
        case let product as MatrixMultiplication:
            return !product.transposingLeft && !product.transposingRight && operands.count == 2
        case let transposition as Transposition: return transposition.permutation == [1, 0]
        case is Addition, is Multiplication, is ReLU, is Reshape: return true
        default: return false
        }
    }

    func makeBuffers(_ types: [TensorType]) -> [any DeviceBuffer] { types.map(TinyBuffer.init) }

    func compile(_ graph: Graph, state: [String: any DeviceBuffer]) -> any Executable {
        TinyExecutable(graph: graph, state: state)
    }
}

// Unchecked: a buffer is used on its device's compute thread only.
private final class TinyBuffer: DeviceBuffer, @unchecked Sendable {
    private var tensor: Tensor

    init(_ type: TensorType) { tensor = Tensor(repeating: 0, type) }

    var type: TensorType { tensor.type }
    func read() -> Tensor { tensor }
    func write(_ source: some TensorSource) throws { tensor = try Tensor(copying: source) }
}

private struct TinyExecutable: Executable {
    let graph: Graph
    let state: [String: any DeviceBuffer]

    func run(_ inputs: [any DeviceValue], stopwatch: Stopwatch?) throws -> [any DeviceValue] {
        var values: [ValueID: Tensor] = [:]
        for (input, given) in zip(graph.inputs, inputs) { values[input.value] = try given.read() }
        for held in graph.states { values[held.value] = try state[held.name]?.read() }
        for (index, node) in graph.nodes.enumerated() where !(node.operation is Placeholder) {
            let operands = node.operands.compactMap { values[$0] }
            values[ValueID(node: index)] =
                if let constant = node.operation as? Constant {
                    constant.tensor
                } else {
                    try Tensor(node.results[0].shape, compute(node.operation, operands, node.results[0].shape))
                }
            if node.isComputed { stopwatch?.lap() }
        }
        let outputs = graph.outputs.compactMap { values[$0.value] }
        if let loss = graph.guardValue, values[loss]?.isFinite == false { return outputs }
        for update in graph.updates {
            if let value = values[update.value] { try state[update.state]?.write(value) }
        }
        return outputs
    }

    var steps: [ExecutableStep] {
        graph.nodes.filter(\.isComputed).map { node in
            ExecutableStep(
                path: node.location.path, operation: node.operation.operationName, device: "tiny",
                implementation: "plain loops", multiplyAdds: graph.multiplyAdds(of: node),
                byteCount: graph.byteCount(of: node))
        }
    }
}

/// The elements of the only result of an operation.
private func compute(_ operation: any Operation, _ operands: [Tensor], _ shape: Shape) -> [Float] {
    let elements = operands.map(\.floats)
    switch operation {
    case let convolution as Convolution:
        return convolve(elements[0], operands[0].shape, elements[1], operands[1].shape, convolution.window, shape)
    case is MatrixMultiplication:
        let (columns, inner) = (shape[1], operands[0].shape[1])
        return (0..<shape.elementCount).map { place in
            let (row, column) = (place / columns, place % columns)
            return (0..<inner).reduce(0) { $0 + elements[0][row * inner + $1] * elements[1][$1 * columns + column] }
        }
    case is Transposition: return (0..<shape.elementCount).map { elements[0][$0 % shape[1] * shape[0] + $0 / shape[1]] }
    case is ReLU: return elements[0].map { $0 < 0 ? 0 : $0 }
    case is Reshape: return elements[0]
    default:
        let (left, right) = (offsets(operands[0].shape, in: shape), offsets(operands[1].shape, in: shape))
        return zip(left, right).map { left, right in
            operation is Addition
                ? elements[0][left] + elements[1][right] : elements[0][left] * elements[1][right]
        }
    }
}

/// For each element of a shape, the offset of the element of an operand that is repeated to it.
private func offsets(_ operand: Shape, in shape: Shape) -> [Int] {
    let missing = shape.rank - operand.rank
    return (0..<shape.elementCount).map { place in
        zip(operand.strides, operand.dimensions).enumerated().reduce(0) { offset, axis in
            let index = place / shape.strides[missing + axis.offset] % shape[missing + axis.offset]
            return axis.element.1 == 1 ? offset : offset + index * axis.element.0
        }
    }
}

private func convolve(
    _ x: [Float], _ images: Shape, _ w: [Float], _ filters: Shape, _ window: Window, _ results: Shape
) -> [Float] {
    var y: [Float] = []
    for place in 0..<results.elementCount {
        let (column, row) = (place % results[3], place / results[3] % results[2])
        let (filter, image) = (place / results.strides[1] % results[1], place / results.strides[0])
        var sum: Float = 0
        for channel in 0..<filters[1] {
            for u in 0..<filters[2] {
                for v in 0..<filters[3] {
                    let (i, j) = (row + u - window.axes[0].before, column + v - window.axes[1].before)
                    guard (0..<images[2]).contains(i), (0..<images[3]).contains(j) else { continue }
                    sum +=
                        x[((image * images[1] + channel) * images[2] + i) * images[3] + j]
                        * w[((filter * filters[1] + channel) * filters[2] + u) * filters[3] + v]
                }
            }
        }
        y.append(sum)
    }
    return y
}
