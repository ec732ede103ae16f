import FoveaFoundation

/// A smooth activation without bound above: y = x · tanh(ln(1 + eˣ)).
///
/// Source: ONNX `Mish`; Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", BMVC 2020. Same numbers as
/// `torch.nn.functional.mish`.
public struct Mish: Activation {
    public static let name = "Mish"

    public init() {}

    public func function(_ x: Double) -> Double { x * tanh(Softplus().function(x)) }

    public func derivative(_ x: Double) -> Double {
        let gate = tanh(Softplus().function(x))
        return gate + x * (1 - gate * gate) * Sigmoid().function(x)
    }

    public func decomposition(of operands: [Value]) throws -> [Value]? {
        [try operands[0] * Tanh().applied(to: Softplus().applied(to: operands[0]))]
    }
}
