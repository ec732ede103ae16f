import FoveaGraph

/// The part of the input that one position of a value depends on, and how far apart neighbouring positions look, along each
/// spatial axis.
///
/// Through a window with kernel k, stride s and dilation d, the size r and the jump j become r + d·(k − 1)·j and j·s.
///
/// Source: Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
struct ReceptiveField: Hashable {
    private(set) var sizes: [Int]
    private var jumps: [Int]

    /// One pixel.
    private init(axisCount: Int) {
        sizes = Array(repeating: 1, count: axisCount)
        jumps = sizes
    }

    /// The receptive field of each node's results with respect to the first input; nil where they do not depend on it,
    /// and behind a window over another number of axes.
    static func all(in graph: Graph) -> [ReceptiveField?] {
        guard let image = graph.inputs.first, image.type.shape.rank > 2 else { return graph.nodes.map { _ in nil } }
        let imageSizes = image.type.shape.spatialSizes
        var fields: [ReceptiveField?] = []
        for (index, node) in graph.nodes.enumerated() {
            if index == image.value.node {
                fields.append(ReceptiveField(axisCount: imageSizes.count))
                continue
            }
            let operands = node.operands.compactMap { fields[$0.node] }
            guard var field = operands.max(by: { $0.sizes.lexicographicallyPrecedes($1.sizes) }) else {
                fields.append(nil)
                continue
            }
            switch node.operation {
            case is MatrixMultiplication, is GlobalAveragePooling:
                field.sizes = imageSizes
                fields.append(field)
            case let operation as any WindowedOperation: fields.append(field.through(operation.window))
            default: fields.append(field)
            }
        }
        return fields
    }

    private func through(_ window: Window) -> ReceptiveField? {
        guard window.axes.count == sizes.count else { return nil }
        var field = self
        for (index, axis) in window.axes.enumerated() {
            field.sizes[index] = saturatingSum(sizes[index], saturatingProduct(axis.span - 1, jumps[index]))
            field.jumps[index] = saturatingProduct(jumps[index], axis.stride)
        }
        return field
    }
}
