/// y = a + b, with broadcasting.
///
/// Source: ONNX `Add`. Same numbers as `torch.add`.
public struct Addition: BinaryOperation {
    public static let name = "Addition"

    public init() {}

    public func function(_ left: Double, _ right: Double) -> Double { left + right }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        try operands.map { operand in try upstream[0]?.summed(to: operand.shape) }
    }
}
