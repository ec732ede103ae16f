import FoveaFoundation

/// The logarithm of ``Softmax``, without its loss of digits: y_i = x_i − ln Σ_j e^(x_j).
///
/// Operand: any shape of rank 1 or more. Result: the same shape.
///
/// Source: ONNX `LogSoftmax`. Same numbers as `torch.log_softmax`.
public struct LogSoftmax: Operation {
    public static let name = "LogSoftmax"
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
        [try upstream[0].map { try LogSoftmaxGradient(axis: axis).applied(to: results[0], $0) }]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let maximum = try ReduceMaximum(axes: [axis], keepDimensions: true).applied(to: operands[0])
        let shifted = try operands[0] - maximum
        let powers = try ReduceSum(axes: [axis], keepDimensions: true).applied(to: Exponential().applied(to: shifted))
        return [try shifted - NaturalLogarithm().applied(to: powers)]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [operands[0].mappingLines(along: axis, Self.line)]
    }

    /// The log-softmax of the numbers of one line. The maximum is subtracted first, so that no exponential overflows.
    static func line(_ x: [Double]) -> [Double] {
        guard let maximum = x.max() else { return [] }
        let logarithmOfSum = log(x.reduce(0) { $0 + exp($1 - maximum) })
        return x.map { $0 - maximum - logarithmOfSum }
    }
}

/// The gradient of ``LogSoftmax``: ∂L/∂x_i = g_i − e^(y_i) · Σ_j g_j, where g = ∂L/∂y.
///
/// Operands: y and the upstream gradient, of one shape.
public struct LogSoftmaxGradient: Operation {
    public static let name = "LogSoftmaxGradient"
    public let axis: Int

    public init(axis: Int = -1) { self.axis = axis }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectEqualTypes(operands, of: Self.name)
        return try LogSoftmax(axis: axis).resultTypes(of: [operands[0]])
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let sum = try ReduceSum(axes: [axis], keepDimensions: true).applied(to: operands[1])
        return [try operands[1] - Exponential().applied(to: operands[0]) * sum]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [
            operands[0].combiningLines(with: operands[1], along: axis) { y, upstream in
                let sum = upstream.reduce(0, +)
                return zip(upstream, y).map { $0 - exp($1) * sum }
            }
        ]
    }
}
