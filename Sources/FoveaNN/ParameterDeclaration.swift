public import FoveaGraph

/// A parameter as a trace has met it: where it is, its shape, and how it starts.
public struct ParameterDeclaration: Hashable, Sendable {
    public let path: String
    public let type: TensorType
    public let role: Parameter.Role
    let initializer: Initializer
    let fans: Initializer.Fans

    public var shape: Shape { type.shape }

    /// The first values of the parameter.
    func initialValue(seed: UInt64) -> Tensor { initializer.values(type, fans: fans, seed: seed, path: path) }
}
