import FoveaFoundation

/// The surprise of a classifier at the right class: loss[n] = −ln softmax(x[n])[label[n]].
///
/// Operands: logits [N, C]; class indices [N], int32. Result: one loss per example [N]. A label outside 0..<C gives NaN.
///
/// Source: ONNX `SoftmaxCrossEntropyLoss`. Same numbers as `torch.nn.functional.cross_entropy` with `reduction="none"`.
public struct SoftmaxCrossEntropy: Operation {
    public static let name = "SoftmaxCrossEntropy"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(2, operands, of: Self.name)
        let (logits, labels) = (operands[0], operands[1])
        try expectFloatingPoint([logits], of: Self.name)
        try expectRank(2, logits, "logits", of: Self.name)
        let expected = TensorType([logits.shape[0]], .int32)
        guard labels == expected else {
            throw FoveaError(
                .usage, "\(Self.name) was given logits \(logits) and labels \(labels).",
                remedy: "Give it one class index per row of the logits, \(expected).")
        }
        return [TensorType([logits.shape[0]], logits.dataType)]
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil, nil] }
        return [try SoftmaxCrossEntropyGradient().applied(to: operands[0], operands[1], upstream), nil]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (logits, labels) = (operands[0], operands[1])
        let logProbabilities = logits.mappingLines(along: 1, LogSoftmax.line)
        var losses = ReferenceTensor(labels.shape, repeating: .nan)
        for n in 0..<labels.count {
            guard let label = Self.label(labels.elements[n], classes: logits.shape[1]) else { continue }
            losses.elements[n] = -logProbabilities[n, label]
        }
        return [losses]
    }

    /// The class that a label names, nil if there is no such class.
    static func label(_ element: Double, classes: Int) -> Int? {
        guard let label = Int(exactly: element), (0..<classes).contains(label) else { return nil }
        return label
    }
}

/// The gradient of ``SoftmaxCrossEntropy``: ∂L/∂x[n,c] = g[n] · (softmax(x[n])[c] − [c = label[n]]), g the upstream
/// gradient.
///
/// Operands: logits [N, C]; class indices [N], int32; the upstream gradient [N]. Result: [N, C]. A label outside 0..<C
/// makes its row NaN.
public struct SoftmaxCrossEntropyGradient: Operation {
    public static let name = "SoftmaxCrossEntropyGradient"

    public init() {}

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(3, operands, of: Self.name)
        let losses = try SoftmaxCrossEntropy().resultTypes(of: [operands[0], operands[1]])
        guard operands[2] == losses[0] else {
            throw FoveaError(.usage, "The upstream gradient has the type \(operands[2]), the losses \(losses[0]).")
        }
        return [operands[0]]
    }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let (logits, labels, upstream) = (operands[0], operands[1], operands[2])
        let logProbabilities = logits.mappingLines(along: 1, LogSoftmax.line)
        var gradient = ReferenceTensor(logits.shape, repeating: .nan)
        for n in 0..<labels.count {
            guard let label = SoftmaxCrossEntropy.label(labels.elements[n], classes: logits.shape[1]) else { continue }
            for c in 0..<logits.shape[1] {
                gradient[n, c] = upstream.elements[n] * (exp(logProbabilities[n, c]) - (c == label ? 1 : 0))
            }
        }
        return [gradient]
    }
}
