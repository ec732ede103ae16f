/// ``SiLU`` with the logistic function in three straight pieces: y = x · min(max(x + 3, 0), 6) / 6.
///
/// Source: ONNX `HardSwish`; Howard et al., "Searching for MobileNetV3", ICCV 2019. Same numbers as
/// `torch.nn.functional.hardswish`.
public struct HardSwish: Activation {
    public static let name = "HardSwish"

    public init() {}

    public func function(_ x: Double) -> Double { x * HardSigmoid().function(x) }

    public func derivative(_ x: Double) -> Double {
        if x <= -3 { return 0 }
        return x >= 3 ? 1 : x / 3 + 0.5
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try operands[0] * HardSigmoid().applied(to: operands[0])]
    }
}
