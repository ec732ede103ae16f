import FoveaFoundation

/// The smooth rectifier: y = ln(1 + eˣ).
///
/// Source: ONNX `Softplus`. Same numbers as `torch.nn.functional.softplus`.
public struct Softplus: Activation {
    public static let name = "Softplus"

    public init() {}

    // ln(1 + eˣ) = max(x, 0) + ln(1 + e^−|x|), whose exponential cannot overflow.
    public func function(_ x: Double) -> Double { (x < 0 ? 0 : x) + log1p(exp(-abs(x))) }
    public func derivative(_ x: Double) -> Double { Sigmoid().function(x) }
}
