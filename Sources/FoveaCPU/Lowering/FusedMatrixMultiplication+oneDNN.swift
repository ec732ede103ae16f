import FoveaGraph

extension FusedMatrixMultiplication: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        multiplication.isSupported(operands: operands, results: results)
            && activation.operation is any CPUElementwise
    }

    func lower(_ node: NodeLowering) throws {
        guard let function = activation.operation as? any CPUElementwise else {
            throw FoveaError(.internalDefect, "The CPU was given \(node.purpose), which it does not support.")
        }
        let epilogue = function.epilogue(for: node)
        let result = try multiplication.multiplied(node, activation: epilogue)
        // A function that oneDNN cannot apply in the same kernel is a separate step.
        node.deliver(epilogue == nil ? try function.apply(to: result, node) : result)
    }
}
