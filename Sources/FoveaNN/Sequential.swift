public import FoveaGraph

/// Layers one after the other.
///
///     Sequential {
///         Conv2D(6, kernel: 5)
///         ReLU()
///         MaxPool2D(2)
///     }
///
/// A layer's path is its position (`0.weight`), as in PyTorch's `nn.Sequential`, or the name given with
/// ``Layer/named(_:)``.
public struct Sequential: Layer {
    struct Child: Sendable {
        let name: String
        let layer: any Layer
    }

    let children: [Child]
    /// The name of its place in a network.
    let identity = Identity()

    final class Identity: Sendable {}

    public init(@LayerBuilder _ layers: () -> [any Layer]) { self.init(layers()) }

    public init(_ layers: [any Layer]) {
        children = layers.enumerated().map { position, layer in
            if let named = layer as? NamedLayer { return Child(name: named.name, layer: named.base) }
            return Child(name: "\(position)", layer: layer)
        }
    }

    public func callAsFunction(_ input: Value) throws -> Value {
        let trace = try input.trace
        let path = trace.path(of: self)
        let result = try children.reduce(input) { value, child in
            try trace.enter(joinedPath(path, child.name), child.layer) { try child.layer(value) }
        }
        if !path.isEmpty { trace.record(result, of: path) }
        return result
    }
}

/// Collects the layers of a ``Sequential``; `if`, `switch` and `for` work inside.
@resultBuilder
public enum LayerBuilder {
    public static func buildExpression(_ layer: any Layer) -> [any Layer] { [layer] }
    public static func buildExpression(_ layers: [any Layer]) -> [any Layer] { layers }
    public static func buildBlock(_ parts: [any Layer]...) -> [any Layer] { parts.flatMap { $0 } }
    public static func buildOptional(_ part: [any Layer]?) -> [any Layer] { part ?? [] }
    public static func buildEither(first part: [any Layer]) -> [any Layer] { part }
    public static func buildEither(second part: [any Layer]) -> [any Layer] { part }
    public static func buildArray(_ parts: [[any Layer]]) -> [any Layer] { parts.flatMap { $0 } }
}

/// A layer with the name under which a ``Sequential`` holds it.
struct NamedLayer: Layer {
    let name: String
    let base: any Layer

    func callAsFunction(_ input: Value) throws -> Value { try base(input) }
}

extension Layer {
    /// The layer under a given name in a ``Sequential``: `Dense(10).named("head")` has the path `head.weight`.
    public func named(_ name: String) -> any Layer { NamedLayer(name: name, base: self) }
}
