/// y = a / b, with broadcasting.
///
/// Source: ONNX `Div`. Same numbers as `torch.div`.
public struct Division: BinaryOperation {
    public static let name = "Division"

    public init() {}

    public func function(_ left: Double, _ right: Double) -> Double { left / right }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil, nil] }
        let forLeft = try upstream / operands[1]
        let forRight = try forLeft * results[0] * -1
        return [try forLeft.summed(to: operands[0].shape), try forRight.summed(to: operands[1].shape)]
    }
}
