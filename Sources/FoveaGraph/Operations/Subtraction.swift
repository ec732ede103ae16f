/// y = a − b, with broadcasting.
///
/// Source: ONNX `Sub`. Same numbers as `torch.sub`.
public struct Subtraction: BinaryOperation {
    public static let name = "Subtraction"

    public init() {}

    public func function(_ left: Double, _ right: Double) -> Double { left - right }

    public func gradients(operands: [Value], results: [Value], upstream: [Value?]) throws -> [Value?] {
        guard let upstream = upstream[0] else { return [nil, nil] }
        return [try upstream.summed(to: operands[0].shape), try (upstream * -1).summed(to: operands[1].shape)]
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try operands[0] + operands[1] * -1]
    }
}
