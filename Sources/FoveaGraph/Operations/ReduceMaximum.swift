/// Takes the largest element over some axes; NaN if there is one.
///
/// Operand: any shape. Result: the shape without these axes, or with size 1 there if `keepDimensions`. The maximum of no
/// elements is −∞.
///
/// Source: ONNX `ReduceMax`. Same numbers as `torch.amax`.
public struct ReduceMaximum: Reduction {
    public static let name = "ReduceMaximum"
    public let axes: [Int]
    public let keepDimensions: Bool

    public init(axes: [Int], keepDimensions: Bool = false) {
        self.axes = axes
        self.keepDimensions = keepDimensions
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil] }
        return [
            try ReduceMaximumGradient(axes: axes, keepDimensions: keepDimensions)
                .applied(to: operands[0], results[0], upstream)
        ]
    }

    public func combine(_ elements: [Double]) -> Double {
        elements.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
    }
}

/// The gradient of ``ReduceMaximum``: the largest elements share the gradient of their maximum equally.
///
/// Operands: x; its maxima and the upstream gradient, of the reduced shape. Result: of x's shape.
public struct ReduceMaximumGradient: Operation {
    public static let name = "ReduceMaximumGradient"
    public let axes: [Int]
    public let keepDimensions: Bool

    public init(axes: [Int], keepDimensions: Bool = false) {
        self.axes = axes
        self.keepDimensions = keepDimensions
    }

    private var forward: ReduceMaximum { ReduceMaximum(axes: axes, keepDimensions: keepDimensions) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        let maxima = try forward.resultTypes(of: [operands[0]])[0]
        for operand in operands[1...] where operand != maxima {
            throw FoveaError(.usage, "\(Self.name) was given \(operand); the maxima are \(maxima).")
        }
        return [operands[0]]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (x, maxima, upstream) = (operands[0], operands[1], operands[2])
        let places = forward.resultOffsets(of: x.shape)
        var winners = [Double](repeating: 0, count: maxima.count)
        for (value, place) in zip(x.elements, places) where value == maxima.elements[place] { winners[place] += 1 }
        let shares = zip(x.elements, places).map { value, place in
            value == maxima.elements[place] ? upstream.elements[place] / winners[place] : 0
        }
        return [ReferenceTensor(x.shape, shares)]
    }
}
