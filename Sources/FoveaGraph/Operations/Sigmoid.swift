import FoveaFoundation

/// The logistic function: y = 1 / (1 + e⁻ˣ).
///
/// Source: ONNX `Sigmoid`. Same numbers as `torch.sigmoid`.
public struct Sigmoid: Activation {
    public static let name = "Sigmoid"

    public init() {}

    // Where e⁻ˣ overflows to infinity the quotient is 0, as it should be.
    public func function(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    public func derivative(_ x: Double) -> Double {
        // 1 − σ(x) = σ(−x), without cancellation.
        function(x) * function(-x)
    }
}
