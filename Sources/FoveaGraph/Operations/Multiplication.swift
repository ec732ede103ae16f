/// y = a · b, with broadcasting.
///
/// Source: ONNX `Mul`. Same numbers as `torch.mul`.
public struct Multiplication: BinaryOperation {
    public static let name = "Multiplication"

    public init() {}

    public func function(_ left: Double, _ right: Double) -> Double { left * right }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil, nil] }
        return [
            try (upstream * operands[1]).summed(to: operands[0].shape),
            try (upstream * operands[0]).summed(to: operands[1].shape),
        ]
    }
}
