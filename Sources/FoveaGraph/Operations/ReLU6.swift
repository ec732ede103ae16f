/// The rectifier with a ceiling: y = min(max(x, 0), 6).
///
/// Source: ONNX `Clip` to 0…6. Same numbers as `torch.nn.functional.relu6`.
public struct ReLU6: Rectifier {
    public static let name = "ReLU6"

    public init() {}

    // Written so that NaN passes through instead of becoming a bound.
    public func function(_ x: Double) -> Double { x < 0 ? 0 : x > 6 ? 6 : x }
    public func derivative(_ x: Double) -> Double { x <= 0 || x >= 6 ? 0 : 1 }
}
