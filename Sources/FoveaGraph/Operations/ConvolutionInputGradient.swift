/// The gradient of ``Convolution`` with respect to its images: every result spreads its gradient over the pixels it
/// read, ∂L/∂x[n,c,h,w] = Σ ∂L/∂y[n,o,i,j] · w[o,c,u,v] over all (o,i,j,u,v) with h = i·s + u·d − p and likewise w.
///
/// Operands: upstream gradient [N, O, H', W']; filters [O, C/groups, KH, KW]. Result: [N, C, H, W]. By itself it is the
/// transposed convolution (ONNX `ConvTranspose`). Likewise for any other number of spatial axes.
public struct ConvolutionInputGradient: Operation {
    public static let name = "ConvolutionInputGradient"
    public let window: Window
    public let groups: Int
    public let inputShape: Shape

    public init(_ window: Window, groups: Int = 1, inputShape: Shape) {
        self.window = window
        self.groups = groups
        self.inputShape = inputShape
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        let images = TensorType(inputShape, operands[0].dataType)
        let forward = try Convolution(window, groups: groups).resultTypes(of: [images, operands[1]])
        guard forward[0] == operands[0] else {
            throw FoveaError(
                .usage, "The upstream gradient has the type \(operands[0]), the convolution \(forward[0]).")
        }
        return [images]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let second = upstream[0] else { return [nil, nil] }
        return [
            try Convolution(window, groups: groups).applied(to: second, operands[1]),
            try ConvolutionFilterGradient(window, groups: groups, withBias: false).applied(to: second, operands[0]),
        ]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (upstream, filters) = (operands[0], operands[1])
        var result = ReferenceTensor(inputShape)
        Convolution(window, groups: groups).forEachProduct(
            images: inputShape, filters: filters.shape, results: upstream.shape
        ) { x, w, y in
            result.elements[x] += upstream.elements[y] * filters.elements[w]
        }
        return [result]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        Convolution(window, groups: groups).multiplyAdds(operands: [results[0], operands[1]], results: [operands[0]])
    }
}
