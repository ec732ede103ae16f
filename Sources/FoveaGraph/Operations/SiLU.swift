/// The sigmoid linear unit, also called swish: y = x · σ(x).
///
/// Source: ONNX `Swish`; Elfwing et al., "Sigmoid-Weighted Linear Units", 2017. Same numbers as
/// `torch.nn.functional.silu`.
public struct SiLU: Activation {
    public static let name = "SiLU"

    public init() {}

    public func function(_ x: Double) -> Double { x * Sigmoid().function(x) }

    public func derivative(_ x: Double) -> Double {
        let sigmoid = Sigmoid().function(x)
        return sigmoid * (1 + x * (1 - sigmoid))
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try operands[0] * Sigmoid().applied(to: operands[0])]
    }
}
