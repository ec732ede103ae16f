import FoveaGraph

extension FusedConvolution: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        convolution.isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any CPUElementwise } ?? true
    }

    func lower(_ node: NodeLowering) throws {
        var result = try convolution.convolved(node, withBias: hasBias)
        if addsResidual {
            result = try Addition().combine(node.carried(result), node.operand(convolutionOperandCount), node)
        }
        if let activation = activation?.operation as? any CPUElementwise {
            result = try activation.apply(to: node.carried(result), node)
        }
        node.deliver(result)
    }
}
