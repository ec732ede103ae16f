/// The lengths of sequences behind a window that slides over their steps:
/// ⌊(length + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1, and at least 1.
///
/// Operand: lengths int32 [N]. Result: int32 [N].
public struct WindowLengths: Operation {
    public static let name = "WindowLengths"
    public let axis: Window.Axis

    public init(_ axis: Window.Axis) { self.axis = axis }

    public func resultTypes(of operands: [TensorType]) throws -> [TensorType] {
        try expectOperandCount(1, operands, of: Self.name)
        try expectRank(1, operands[0], "lengths", of: Self.name)
        try expectLengths(operands[0], count: operands[0].shape[0], of: Self.name)
        return operands
    }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] { [nil] }

    public func evaluate(_ operands: [ReferenceTensor], resultTypes: [TensorType]) -> [ReferenceTensor] {
        let margin = Double(axis.before + axis.after - axis.span)
        return [operands[0].map { max(1, (($0 + margin) / Double(axis.stride)).rounded(.down) + 1) }]
    }
}
