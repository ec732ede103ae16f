import FoveaFoundation

/// The hyperbolic tangent: y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ).
///
/// Source: ONNX `Tanh`. Same numbers as `torch.tanh`.
public struct Tanh: Activation {
    public static let name = "Tanh"

    public init() {}

    public func function(_ x: Double) -> Double { tanh(x) }

    public func derivative(_ x: Double) -> Double {
        let y = tanh(x)
        return 1 - y * y
    }
}
