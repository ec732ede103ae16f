import FoveaGraph

extension FusedConvolution: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        convolution.isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any CPUElementwise } ?? true
    }

    func lower(_ node: NodeLowering) throws {
        let residual = addsResidual ? convolutionOperandCount : nil
        let function = activation?.operation as? any CPUElementwise
        let epilogue = function?.epilogue(for: node)
        let result = try convolution.convolved(node, withBias: hasBias, adding: residual, activation: epilogue)
        // A function that oneDNN cannot apply in the same kernel is a separate step.
        if let function, epilogue == nil {
            node.deliver(try function.apply(to: node.carried(result), node))
        } else {
            node.deliver(result)
        }
    }
}
