import FoveaGraph

extension FusedConvolution: CPULowerable {
    func isSupported(operands: [TensorType], results: [TensorType]) -> Bool {
        convolution.isSupported(operands: operands, results: results)
            && activation.map { $0.operation is any CPUElementwise } ?? true
    }

    func lower(_ node: NodeLowering) throws {
        let residual = addsResidual ? convolutionOperandCount : nil
        let function = activation?.operation as? any CPUElementwise
        let epilogue = epilogue(of: function, node)
        let result = try convolution.convolved(node, withBias: hasBias, adding: residual, activation: epilogue)
        // What oneDNN cannot apply in the same kernel follows as a step of its own.
        if let function, epilogue == nil {
            node.deliver(try function.apply(to: node.carried(result), node))
        } else {
            node.deliver(result)
        }
    }

    private func epilogue(of function: (any CPUElementwise)?, _ node: NodeLowering) -> Elementwise? {
        guard !node.isPrepared(node.operand(1)) else { return function?.epilogue }
        // Winograd's kernels have the rectifier of slope 0 only, which hides NaN: where they are likely to win, the
        // function is better a step of its own.
        let filters = node.operands[1].shape
        let suitsWinograd =
            convolution.window.kernel == 3 && convolution.window.stride == 1 && min(filters[0], filters[1]) >= 64
        return suitsWinograd ? nil : function?.trainingEpilogue
    }
}
