public import FoveaGraph

/// The mean over the batch of −log softmax(logits)[label]; with soft targets t, of −Σ_c t[c] · log softmax(logits)[c].
///
/// With label smoothing s the target is 1 − s for the label plus s/classes for every class; with soft targets it is
/// (1 − s) · t[c] + s/classes. Same numbers as `torch.nn.CrossEntropyLoss`.
///
/// Source: Szegedy et al., "Rethinking the Inception Architecture", 2016 (label smoothing).
public struct CrossEntropyLoss: Loss {
    public let labelSmoothing: Double

    public init(labelSmoothing: Double = 0) { self.labelSmoothing = labelSmoothing }

    /// - Throws: ``FoveaError`` when the label smoothing is not from 0 to below 1.
    public func validate() throws {
        try expect(labelSmoothing, in: 0..<1, "label smoothing", "a number from 0 to below 1")
    }

    public func callAsFunction(_ logits: Value, _ labels: Value) throws -> Value {
        try validate()
        let isSoft = labels.dataType.isFloatingPoint
        let perExample =
            isSoft
            ? try SoftmaxCrossEntropyWithTargets().applied(to: logits, labels)
            : try SoftmaxCrossEntropy().applied(to: logits, labels)
        let loss = try ReduceMean(axes: [0]).applied(to: perExample)
        guard labelSmoothing > 0 else { return loss }
        let logProbabilities = try LogSoftmax(axis: 1).applied(to: logits)
        let towardsAll = try ReduceMean(axes: [0, 1]).applied(to: logProbabilities)
        return try loss * (1 - labelSmoothing) + towardsAll * -labelSmoothing
    }
}
