import FoveaGraph

/// The part of the input that one position of a value depends on, how far apart neighbouring positions look, and how many of them
/// there are, along each spatial axis.
///
/// Through a window with kernel k, stride s and dilation d, the size r and the jump j become r + d·(k − 1)·j and j·s. What joins n
/// positions into one, a mean or a product with a matrix, sees r + (n − 1)·j.
///
/// Source: Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
struct ReceptiveField: Hashable {
    private(set) var sizes: [Int]
    private var jumps: [Int]
    /// The positions that a value holds, even where its axes have been merged into others.
    private var positions: [Int]
    private let inputSizes: [Int]

    /// Each pixel, or step, of the input by itself.
    private init(_ inputSizes: [Int]) {
        sizes = inputSizes.map { _ in 1 }
        jumps = sizes
        positions = inputSizes
        self.inputSizes = inputSizes
    }

    /// The receptive field of each node's results with respect to the first input; nil where they do not depend on it,
    /// and behind a window over another number of axes.
    static func all(in graph: Graph) -> [ReceptiveField?] {
        guard let input = graph.inputs.first, let inputSizes = spatialSizes(of: input.type) else {
            return graph.nodes.map { _ in nil }
        }
        var fields: [ReceptiveField?] = []
        for (index, node) in graph.nodes.enumerated() {
            if index == input.value.node {
                fields.append(ReceptiveField(inputSizes))
                continue
            }
            let seen = node.operands.filter { fields[$0.node] != nil }
            let widest = seen.max { left, right in
                (fields[left.node]?.sizes ?? []).lexicographicallyPrecedes(fields[right.node]?.sizes ?? [])
            }
            guard let widest, let field = fields[widest.node] else {
                fields.append(nil)
                continue
            }
            fields.append(
                field.through(node.operation, from: graph.type(of: widest).shape, to: node.results[0].shape))
        }
        return fields
    }

    /// The spatial axes of an input: those after the channels, or the steps where they are tokens; nil where it has none.
    private static func spatialSizes(of type: TensorType) -> [Int]? {
        let shape = type.shape
        if shape.rank == 2, type.dataType == .int32 { return [shape[1]] }
        return shape.rank > 2 ? shape.spatialSizes : nil
    }

    /// - Parameters:
    ///   - operand: the shape of the operand that this is the field of.
    ///   - result: that of the result.
    private func through(_ operation: any Operation, from operand: Shape, to result: Shape) -> ReceptiveField? {
        // Behind a transposition or a reshaping, axes cannot be told apart.
        let hasOwnAxes = operand.rank == sizes.count + 2
        func isSpatial(_ axis: Int) -> Bool { hasOwnAxes && (axis < 0 ? axis + operand.rank : axis) >= 2 }
        switch operation {
        case is MatrixMultiplication, is GlobalAveragePooling, is SequenceMean: return joined()
        // A memory has seen all steps before.
        case is Recurrence: return joined()
        case let operation as any WindowedOperation: return through(operation.window, to: result)
        case let reduction as any Reduction where reduction.axes.contains(where: isSpatial): return joined()
        case let softmax as Softmax where isSpatial(softmax.axis): return joined()
        case is SequenceLast: return holding(sizes.map { _ in 1 })
        case let slice as Slice where isSpatial(slice.axis): return holding(result.spatialSizes)
        default: return self
        }
    }

    private func holding(_ positions: [Int]) -> ReceptiveField {
        var field = self
        field.positions = positions
        return field
    }

    /// All positions as one.
    private func joined() -> ReceptiveField {
        var field = holding(sizes.map { _ in 1 })
        for (axis, count) in positions.enumerated() {
            let all = saturatingSum(sizes[axis], saturatingProduct(max(0, count - 1), jumps[axis]))
            field.sizes[axis] = min(all, inputSizes[axis])
        }
        return field
    }

    private func through(_ window: Window, to result: Shape) -> ReceptiveField? {
        guard window.axes.count == sizes.count else { return nil }
        var field = holding(result.spatialSizes)
        for (index, axis) in window.axes.enumerated() {
            field.sizes[index] = saturatingSum(sizes[index], saturatingProduct(axis.span - 1, jumps[index]))
            field.jumps[index] = saturatingProduct(jumps[index], axis.stride)
        }
        return field
    }
}
