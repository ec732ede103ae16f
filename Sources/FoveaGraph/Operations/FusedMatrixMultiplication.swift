/// A ``MatrixMultiplication`` with the activation after it in one: y = f(a · b + bias).
///
/// Operands and result are those of the multiplication.
///
/// Made by ``FuseMatrixMultiplicationEpilogue``, after differentiation: it has no gradient.
public struct FusedMatrixMultiplication: FusedOperation {
    public static let name = "FusedMatrixMultiplication"
    public let multiplication: MatrixMultiplication
    public let activation: FusedActivation

    public init(_ multiplication: MatrixMultiplication, activation: FusedActivation) {
        self.multiplication = multiplication
        self.activation = activation
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try multiplication.resultTypes(of: operands)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try activation.operation.applied(to: multiplication.results(on: operands)[0])]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        multiplication.multiplyAdds(operands: operands, results: results)
    }
}
