import FoveaGraph

/// The part of the input that one position of a value depends on, and how far apart neighbouring positions look.
///
/// Through a window with kernel k, stride s and dilation d, the size r and the jump j become r + d·(k − 1)·j and j·s.
///
/// Source: Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019.
struct ReceptiveField: Hashable {
    var height = 1
    var width = 1
    private var rowJump = 1
    private var columnJump = 1

    /// The receptive field of each node's results with respect to the first input; nil for what does not depend on it.
    static func all(in graph: Graph) -> [ReceptiveField?] {
        guard let image = graph.inputs.first, image.type.shape.rank == 4 else { return graph.nodes.map { _ in nil } }
        var fields: [ReceptiveField?] = []
        for (index, node) in graph.nodes.enumerated() {
            if index == image.value.node {
                fields.append(ReceptiveField())
                continue
            }
            let operands = node.operands.compactMap { fields[$0.node] }
            guard let widest = operands.max(by: { $0.height < $1.height }) else {
                fields.append(nil)
                continue
            }
            fields.append(
                node.operation is MatrixMultiplication || node.operation is GlobalAveragePooling
                    ? widest.covering(image.type.shape) : widest.through(node.operation.slidingWindow))
        }
        return fields
    }

    private func covering(_ image: Shape) -> ReceptiveField {
        var field = self
        (field.height, field.width) = (image[2], image[3])
        return field
    }

    private func through(_ window: Window?) -> ReceptiveField {
        guard let window else { return self }
        func extended(_ size: Int, _ kernel: Int, _ dilation: Int, _ jump: Int) -> Int {
            saturatingSum(size, saturatingProduct(dilation * (kernel - 1), jump))
        }
        var field = self
        field.height = extended(height, window.kernel.height, window.dilation.height, rowJump)
        field.width = extended(width, window.kernel.width, window.dilation.width, columnJump)
        field.rowJump = saturatingProduct(rowJump, window.stride.height)
        field.columnJump = saturatingProduct(columnJump, window.stride.width)
        return field
    }
}
