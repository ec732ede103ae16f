/// y = |x|; the slope at 0 is 0.
///
/// Source: ONNX `Abs`. Same numbers as `torch.abs`.
public struct Absolute: UnaryOperation {
    public static let name = "Absolute"

    public init() {}

    public func function(_ x: Double) -> Double { abs(x) }
    public func derivative(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : 0 }
}
