/// An operation that applies one function to each element: an activation, a logarithm, a square root.
///
/// A conforming type has a name, the function and its derivative; type rule, gradient and evaluation follow.
public protocol UnaryOperation: Channelwise {
    /// y = f(x).
    func function(_ x: Double) -> Double
    /// f′(x). Where f has a kink, the value that PyTorch uses.
    func derivative(_ x: Double) -> Double
    /// Whether f′(f(x)) = f′(x) for every x, so that the gradient does not need x.
    var derivativeFollowsFromResult: Bool { get }
}

extension UnaryOperation {
    public var derivativeFollowsFromResult: Bool { false }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectFloatingPoint(operands, of: Self.name)
        return operands
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        try upstream.map { try $0.map { try UnaryGradient(of: self).applied(to: operands[0], $0) } }
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [operands[0].map(function)]
    }

    /// The operation that computes the function's gradient.
    var gradient: any Operation { UnaryGradient(of: self) }
}

/// The gradient of a ``UnaryOperation``: ∂L/∂x = ∂L/∂y · f′(x).
///
/// Operands: x and the upstream gradient, of one shape.
public struct UnaryGradient<Base: UnaryOperation>: GradientOfUnaryOperation {
    public static var name: String { Base.name + "Gradient" }
    public let base: Base

    public init(of base: Base) { self.base = base }

    package var function: any UnaryOperation { base }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectEqualTypes(operands, of: Self.name)
        return [operands[0]]
    }

    // The gradient of the function's decomposition.
    public func decomposition(of operands: [Value]) throws -> [Value]? {
        guard let y = try base.decomposition(of: [operands[0]])?[0] else { return nil }
        return try y.builder.gradients(of: y, upstream: operands[1], with: [operands[0]])
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let slopes = zip(operands[0].elements, operands[1].elements).map { x, upstream in
            upstream * base.derivative(x)
        }
        return [ReferenceTensor(operands[0].shape, slopes)]
    }
}

/// A ``UnaryGradient``, whatever the function.
package protocol GradientOfUnaryOperation: Operation {
    var function: any UnaryOperation { get }
}
