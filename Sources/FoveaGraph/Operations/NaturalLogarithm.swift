import FoveaFoundation

/// y = ln x; −∞ for 0 and NaN below.
///
/// Source: ONNX `Log`. Same numbers as `torch.log`.
public struct NaturalLogarithm: UnaryOperation {
    public static let name = "NaturalLogarithm"

    public init() {}

    public func function(_ x: Double) -> Double { log(x) }
    public func derivative(_ x: Double) -> Double { 1 / x }
}
