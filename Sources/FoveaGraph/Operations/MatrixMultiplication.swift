/// Multiplies matrices: y[i,j] = Σ_k a[i,k] · b[k,j], where either operand may be read transposed.
///
/// Operands: [M, K] (or [K, M] with `transposingLeft`) and [K, N] (or [N, K] with `transposingRight`); optionally a bias
/// [N] that is added to every row. Result: [M, N].
///
/// Source: ONNX `Gemm`. Same numbers as `torch.nn.functional.linear` when the right operand is transposed.
public struct MatrixMultiplication: Operation {
    public static let name = "MatrixMultiplication"
    public let transposingLeft: Bool
    public let transposingRight: Bool

    public init(transposingLeft: Bool = false, transposingRight: Bool = false) {
        self.transposingLeft = transposingLeft
        self.transposingRight = transposingRight
    }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        guard operands.count == 2 || operands.count == 3 else {
            throw FoveaError(.usage, "MatrixMultiplication takes two matrices and an optional bias.")
        }
        try expectFloatingPoint(operands, of: Self.name)
        try expectRank(2, operands[0], "a left matrix", of: Self.name)
        try expectRank(2, operands[1], "a right matrix", of: Self.name)
        let (rows, inner) = sizes(operands[0].shape, transposed: transposingLeft)
        let (otherInner, columns) = sizes(operands[1].shape, transposed: transposingRight)
        guard inner == otherInner else {
            throw FoveaError(
                .usage,
                "Matrices of \(operands[0].shape) and \(operands[1].shape) do not multiply: "
                    + "the inner sizes are \(inner) and \(otherInner).",
                remedy: "Make the inner sizes equal.")
        }
        if operands.count == 3, operands[2].shape != Shape([columns]) {
            throw FoveaError(
                .usage, "The bias has the shape \(operands[2].shape); one number per column is \(columns).")
        }
        return [TensorType(try Shape(validating: [rows, columns]), operands[0].dataType)]
    }

    private func sizes(_ shape: Shape, transposed: Bool) -> (rows: Int, columns: Int) {
        transposed ? (shape[1], shape[0]) : (shape[0], shape[1])
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return operands.map { _ in nil } }
        let (left, right) = (operands[0], operands[1])
        let forLeft =
            transposingLeft
            ? try MatrixMultiplication(transposingLeft: transposingRight, transposingRight: true)
                .applied(to: right, upstream)
            : try MatrixMultiplication(transposingRight: !transposingRight).applied(to: upstream, right)
        let forRight =
            transposingRight
            ? try MatrixMultiplication(transposingLeft: true, transposingRight: transposingLeft)
                .applied(to: upstream, left)
            : try MatrixMultiplication(transposingLeft: !transposingLeft).applied(to: left, upstream)
        guard operands.count == 3 else { return [forLeft, forRight] }
        return [forLeft, forRight, try ReduceSum(axes: [0]).applied(to: upstream)]
    }

    // First without its bias; then with matrices that are transposed before.
    public func decomposition(of operands: [Value]) throws -> [Value]? {
        if operands.count == 3 { return [try applied(to: operands[0], operands[1]) + operands[2]] }
        guard transposingLeft || transposingRight else { return nil }
        func read(_ matrix: Value, transposed: Bool) throws -> Value {
            transposed ? try Transposition(permutation: [1, 0]).applied(to: matrix) : matrix
        }
        return [
            try MatrixMultiplication().applied(
                to: read(operands[0], transposed: transposingLeft), read(operands[1], transposed: transposingRight))
        ]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (left, right) = (operands[0], operands[1])
        let inner = sizes(left.shape, transposed: transposingLeft).columns
        var result = ReferenceTensor(resultTypes[0].shape)
        for i in 0..<result.shape[0] {
            for j in 0..<result.shape[1] {
                var sum = operands.count == 3 ? operands[2].elements[j] : 0
                for k in 0..<inner {
                    sum += (transposingLeft ? left[k, i] : left[i, k]) * (transposingRight ? right[j, k] : right[k, j])
                }
                result[i, j] = sum
            }
        }
        return [result]
    }

    public func multiplyAdds(operands: [TensorType], results: [TensorType]) -> Int {
        saturatingProduct(
            results[0].shape.elementCount, sizes(operands[0].shape, transposed: transposingLeft).columns)
    }
}
