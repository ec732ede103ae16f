/// The rectifier: y = max(0, x).
///
/// Source: ONNX `Relu`. Same numbers as `torch.relu`.
public struct ReLU: Rectifier {
    public static let name = "ReLU"

    public init() {}

    // Written so that NaN passes through instead of becoming 0.
    public func function(_ x: Double) -> Double { x < 0 ? 0 : x }
    public func derivative(_ x: Double) -> Double { x <= 0 ? 0 : 1 }
}
