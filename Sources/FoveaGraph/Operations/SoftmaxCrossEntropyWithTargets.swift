import FoveaFoundation

/// Cross-entropy from soft targets, such as smoothed or mixed labels: loss[n] = −Σ_c t[n,c] · ln softmax(x[n])[c].
///
/// Operands: logits and targets, both [N, C]. Result: one loss per example [N]. The targets need not sum to 1.
///
/// Same numbers as `torch.nn.functional.cross_entropy` with class probabilities and `reduction="none"`.
public struct SoftmaxCrossEntropyWithTargets: Operation {
    public static let name = "SoftmaxCrossEntropyWithTargets"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        try expectEqualTypes(operands, of: Self.name)
        try expectRank(2, operands[0], "logits", of: Self.name)
        return [TensorType([operands[0].shape[0]], operands[0].dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil, nil] }
        let (logits, targets) = (operands[0], operands[1])
        let perRow = try Reshape(to: Shape([upstream.shape[0], 1])).applied(to: upstream)
        return [
            try SoftmaxCrossEntropyWithTargetsGradient().applied(to: logits, targets, upstream),
            try LogSoftmax(axis: 1).applied(to: logits) * perRow * -1,
        ]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let logProbabilities = try LogSoftmax(axis: 1).applied(to: operands[0])
        return [try ReduceSum(axes: [1]).applied(to: operands[1] * logProbabilities) * -1]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (logits, targets) = (operands[0], operands[1])
        let logProbabilities = logits.mappingLines(along: 1, LogSoftmax.line)
        var losses = ReferenceTensor(resultTypes[0].shape)
        for n in 0..<logits.shape[0] {
            for c in 0..<logits.shape[1] { losses.elements[n] -= targets[n, c] * logProbabilities[n, c] }
        }
        return [losses]
    }
}

/// The gradient of ``SoftmaxCrossEntropyWithTargets`` with respect to the logits:
/// ∂L/∂x[n,c] = g[n] · (softmax(x[n])[c] · Σ_k t[n,k] − t[n,c]), g the upstream gradient.
///
/// Operands: logits and targets, both [N, C]; the upstream gradient [N]. Result: [N, C].
public struct SoftmaxCrossEntropyWithTargetsGradient: Operation {
    public static let name = "SoftmaxCrossEntropyWithTargetsGradient"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        let losses = try SoftmaxCrossEntropyWithTargets().resultTypes(of: [operands[0], operands[1]])
        guard operands[2] == losses[0] else {
            throw FoveaError(.usage, "The upstream gradient has the type \(operands[2]), the losses \(losses[0]).")
        }
        return [operands[0]]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        let (logits, targets, upstream) = (operands[0], operands[1], operands[2])
        let mass = try ReduceSum(axes: [1], keepDimensions: true).applied(to: targets)
        let perRow = try Reshape(to: Shape([upstream.shape[0], 1])).applied(to: upstream)
        return [try (Softmax(axis: 1).applied(to: logits) * mass - targets) * perRow]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (logits, targets, upstream) = (operands[0], operands[1], operands[2])
        let logProbabilities = logits.mappingLines(along: 1, LogSoftmax.line)
        var gradient = ReferenceTensor(logits.shape)
        for n in 0..<logits.shape[0] {
            let mass = (0..<logits.shape[1]).reduce(0) { $0 + targets[n, $1] }
            for c in 0..<logits.shape[1] {
                gradient[n, c] = upstream.elements[n] * (exp(logProbabilities[n, c]) * mass - targets[n, c])
            }
        }
        return [gradient]
    }
}
