import FoveaFoundation

/// y = eˣ.
///
/// Source: ONNX `Exp`. Same numbers as `torch.exp`.
public struct Exponential: UnaryOperation {
    public static let name = "Exponential"

    public init() {}

    public func function(_ x: Double) -> Double { exp(x) }
    public func derivative(_ x: Double) -> Double { exp(x) }
}
