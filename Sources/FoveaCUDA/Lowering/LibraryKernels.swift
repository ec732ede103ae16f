import FoveaGraph

extension ProgramPlanner {
    /// A convolution, or one of its gradients, by cuDNN; nil where it has no kernel that may be used.
    mutating func addLibraryConvolution(
        _ question: ConvolutionQuestion, images: PlannedValue?, filters: PlannedValue?, results: PlannedValue?,
        residual: PlannedValue? = nil, bias: PlannedValue? = nil, _ type: TensorType, multiplyAdds: Int
    ) -> PlannedValue? {
        guard type.shape.elementCount > 0,
            let plan = libraries.convolutions?.plan(question, isPrediction: isPrediction)
        else { return nil }
        let made = makeValue(type)
        let place = view(of: made).buffer
        let tensors = ConvolutionTensors(
            images: images.map { buffer(of: $0) } ?? place, filters: filters.map { buffer(of: $0) } ?? place,
            results: results.map { buffer(of: $0) } ?? place, residual: residual.map { buffer(of: $0) },
            bias: bias.map { buffer(of: $0) },
            workspace: plan.workspaceByteCount > 0 ? addBuffer(plan.workspaceByteCount) : nil)
        addStep(
            .convolution(plan, tensors), read: tensors.all.values.filter { $0 != place }.sorted(),
            written: [place] + (tensors.workspace.map { [$0] } ?? []),
            implementation: "cuDNN, engine \(plan.engine)\(question.epilogue == nil ? "" : ", fused")",
            multiplyAdds: multiplyAdds)
        return made
    }

    /// A product by cuBLASLt; nil where it has no kernel.
    mutating func addLibraryProduct(
        _ question: MatrixQuestion, _ left: PlannedValue, _ right: PlannedValue, _ type: TensorType, multiplyAdds: Int
    ) -> PlannedValue? {
        guard type.shape.elementCount > 0, question.depth > 0, let plan = libraries.matrices?.plan(question) else {
            return nil
        }
        let made = makeValue(type)
        let matrices = ProductMatrices(
            left: buffer(of: left), right: buffer(of: right), result: view(of: made).buffer,
            workspace: plan.workspaceByteCount > 0 ? addBuffer(plan.workspaceByteCount) : nil)
        addStep(
            .product(plan, matrices), read: [matrices.left, matrices.right],
            written: [matrices.result] + (matrices.workspace.map { [$0] } ?? []), implementation: "cuBLASLt",
            multiplyAdds: multiplyAdds)
        return made
    }

    /// What follows a result that a library's kernel has written, as an expression.
    ///
    /// Not in the same kernel: the libraries' rectifiers do not say what they do with NaN.
    mutating func following(_ value: PlannedValue, _ epilogue: Epilogue) -> PlannedValue {
        let shape = value.type.shape
        var expression = Expression.load(view(of: value))
        let plain = expression
        if let bias = epilogue.bias {
            let view = view(of: bias)
            let strides = (0..<shape.rank).map { $0 == 1 ? view.strides[0] : 0 }
            expression = .apply(
                "$0 + $1",
                [
                    expression,
                    .load(View(buffer: view.buffer, offset: view.offset, strides: strides, dataType: view.dataType)),
                ])
        }
        if let residual = epilogue.residual {
            expression = .apply("$0 + $1", [expression, self.expression(of: residual, over: shape)])
        }
        if let activation = epilogue.activation { expression = .apply(activation.deviceCode, [expression]) }
        return expression == plain ? value : PlannedValue(value.type, expression)
    }
}
