/// The logistic function in three straight pieces: y = min(max(x + 3, 0), 6) / 6.
///
/// Source: ONNX `HardSigmoid` with α = 1/6 and β = 1/2. Same numbers as `torch.nn.functional.hardsigmoid`.
public struct HardSigmoid: Activation {
    public static let name = "HardSigmoid"

    public init() {}

    public func function(_ x: Double) -> Double { ReLU6().function(x + 3) / 6 }
    public func derivative(_ x: Double) -> Double { x <= -3 || x >= 3 ? 0 : 1 / 6 }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try ReLU6().applied(to: operands[0] + 3) * (1.0 / 6)]
    }
}
