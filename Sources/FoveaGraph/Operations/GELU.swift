import FoveaFoundation

/// The Gaussian error linear unit: y = x · Φ(x), where Φ is the distribution function of the normal distribution.
///
/// Source: ONNX `Gelu`; Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016. Same numbers as
/// `torch.nn.functional.gelu` without approximation.
public struct GELU: Activation {
    public static let name = "GELU"

    public init() {}

    public func function(_ x: Double) -> Double { x * probability(x) }

    public func derivative(_ x: Double) -> Double {
        let density = exp(-0.5 * x * x) / (2 * .pi).squareRoot()
        return probability(x) + x * density
    }

    /// Φ(x) = ½ · erfc(−x / √2), which keeps its digits where 1 + erf(x / √2) would cancel.
    private func probability(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }
}
