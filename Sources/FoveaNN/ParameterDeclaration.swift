public import FoveaGraph

/// A parameter as met by a trace: its path, its type and its initialization.
public struct ParameterDeclaration: Hashable, Sendable {
    public let path: String
    public let type: TensorType
    public let role: Parameter.Role
    let initializer: Initializer
    let fans: Initializer.Fans

    public var shape: Shape { type.shape }

    /// The initial value of the parameter.
    func initialValue(seed: UInt64) -> Tensor { initializer.values(type, fans: fans, seed: seed, path: path) }
}
