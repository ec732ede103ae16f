import FoveaFoundation

/// The exponential linear unit: y = x for x > 0, and α·(eˣ − 1) elsewhere.
///
/// Source: ONNX `Elu`; Clevert et al., "Fast and Accurate Deep Network Learning by Exponential Linear Units", ICLR 2016.
/// Same numbers as `torch.nn.functional.elu`.
public struct ELU: Activation {
    public static let name = "ELU"
    public let alpha: Double

    public init(alpha: Double = 1) { self.alpha = alpha }

    public func function(_ x: Double) -> Double { x > 0 ? x : alpha * expm1(x) }
    public func derivative(_ x: Double) -> Double { x > 0 ? 1 : alpha * exp(x) }
}
