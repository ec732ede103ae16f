public import FoveaGraph

/// A part of a network that is used in more than one place with the same parameters.
///
/// Without this wrapper a parameter that is reached by two paths is an error. The path is that of the first use.
public struct Shared<Base: Layer>: Layer {
    public let base: Base

    public init(_ base: Base) { self.base = base }

    public func callAsFunction(_ input: Value) throws -> Value { try base(input) }
}
