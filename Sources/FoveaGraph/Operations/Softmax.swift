import FoveaFoundation

/// Turns the numbers along an axis into probabilities: y_i = e^(x_i) / Σ_j e^(x_j).
///
/// Operand: any shape of rank 1 or more. Result: the same shape. Large inputs are safe: the maximum is subtracted first.
///
/// Source: ONNX `Softmax`. Same numbers as `torch.softmax`.
public struct Softmax: Operation {
    public static let name = "Softmax"
    public let axis: Int

    /// - Parameter axis: counts from the last if negative.
    public init(axis: Int = -1) { self.axis = axis }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        _ = try countedFromFirst(axis, rank: operands[0].shape.rank, of: Self.name)
        return operands
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        [try upstream[0].map { try SoftmaxGradient(axis: axis).applied(to: results[0], $0) }]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let maximum = try ReduceMaximum(axes: [axis], keepDimensions: true).applied(to: operands[0])
        let powers = try Exponential().applied(to: operands[0] - maximum)
        return [try powers / ReduceSum(axes: [axis], keepDimensions: true).applied(to: powers)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [operands[0].mappingLines(along: axis) { line in LogSoftmax.line(line).map { exp($0) } }]
    }
}

/// The gradient of ``Softmax``: ∂L/∂x_i = y_i · (g_i − Σ_j g_j · y_j), where g = ∂L/∂y.
///
/// Operands: y and the upstream gradient, of one shape.
public struct SoftmaxGradient: Operation {
    public static let name = "SoftmaxGradient"
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectEqualTypes(operands, of: Self.name)
        return try Softmax(axis: axis).resultTypes(of: [operands[0]])
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let mean = try ReduceSum(axes: [axis], keepDimensions: true).applied(to: operands[0] * operands[1])
        return [try operands[0] * (operands[1] - mean)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [
            operands[0].combiningLines(with: operands[1], along: axis) { y, upstream in
                let mean = zip(upstream, y).reduce(0) { $0 + $1.0 * $1.1 }
                return zip(upstream, y).map { $1 * ($0 - mean) }
            }
        ]
    }
}
