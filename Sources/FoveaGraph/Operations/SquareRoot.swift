/// y = √x; NaN below 0. The slope at 0 is infinite.
///
/// Source: ONNX `Sqrt`. Same numbers as `torch.sqrt`.
public struct SquareRoot: UnaryOperation {
    public static let name = "SquareRoot"

    public init() {}

    public func function(_ x: Double) -> Double { x.squareRoot() }
    public func derivative(_ x: Double) -> Double { 0.5 / x.squareRoot() }
}
