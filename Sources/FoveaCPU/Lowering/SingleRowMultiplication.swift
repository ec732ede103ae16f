import CFoveaCPU
import FoveaGraph

/// The product of one row with weights that are read where they lie: a dense layer on one example.
///
/// It takes as long as reading the weights once. oneDNN wants them in blocks, which are a second copy of all of them, and
/// reads these slower.
struct SingleRowMultiplication {
    private let row: Stored
    private let weights: Stored
    private let bias: Stored?
    private let rectifier: fovea_rectifier

    /// Nil where the loops do not apply.
    ///
    /// - Parameter activation: the activation applied to the product.
    init?(_ multiplication: MatrixMultiplication, _ node: NodeLowering, activation: Elementwise?) throws {
        guard !multiplication.transposingLeft, multiplication.transposingRight, node.operands[0].shape[0] == 1,
            node.operands[1].shape.elementCount > 0,
            let rectifier = activation.map(\.rectifier) ?? .some(fovea_no_rectifier)
        else { return nil }
        row = try node.plainOperand(0)
        weights = try node.plainOperand(1)
        bias = node.operands.count == 3 ? try node.plainOperand(2) : nil
        self.rectifier = rectifier
    }

    func multiplied(_ node: NodeLowering) throws -> Stored {
        let result = try node.allocatePlain(node.results[0])
        let (columns, depth) = (node.operands[1].shape[0], node.operands[1].shape[1])
        let hasBias = bias != nil
        node.run(kernel: "single row", reads: [row, weights] + (bias.map { [$0] } ?? []), writes: [result]) {
            [rectifier] memory in
            {
                // Safe: the sizes are those of the operands.
                unsafe fovea_multiply_single_row(
                    memory.operand(0), memory.operand(1), hasBias ? memory.operand(2) : nil, depth, columns, rectifier,
                    memory.result(0))
            }
        }
        return result
    }
}
