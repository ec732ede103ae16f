/// The lengths of sequences behind a transposed convolution over their steps:
/// (length − 1)·stride + dilation·(kernel − 1) + 1 − before − after + outputPadding, and at least 1.
///
/// Operand: lengths int32 [N]. Result: int32 [N].
public struct TransposedWindowLengths: Operation {
    public static let name = "TransposedWindowLengths"
    public let axis: Window.Axis
    public let outputPadding: Int

    public init(_ axis: Window.Axis, outputPadding: Int = 0) { (self.axis, self.outputPadding) = (axis, outputPadding) }

    /// The steps that a sequence without any would have, before one of them counts.
    package var margin: Int {
        let span = saturatingSum(saturatingProduct(axis.dilation, axis.kernel - 1), outputPadding)
        return saturatingSum(span, 1) - axis.before - axis.after
    }

    /// The length that one becomes; less than 1 where the padding cuts off all steps.
    package func length(_ length: Int) -> Int { saturatingSum(saturatingProduct(length - 1, axis.stride), margin) }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectRank(1, operands[0], "lengths", of: Self.name)
        try expectLengths(operands[0], count: operands[0].shape[0], of: Self.name)
        return operands
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [nil] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        [operands[0].map { max(1, ($0 - 1) * Double(axis.stride) + Double(margin)) }]
    }
}
