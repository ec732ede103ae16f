import FoveaGraph

/// The paths of a network's parameters, found by walking its stored properties once.
///
/// A path is the names of the properties and the positions in arrays and ``Sequential``s, joined by dots, as PyTorch names
/// them: `layer1.0.conv1.weight`.
struct ParameterPaths {
    /// Paths in the order of the walk, which is the order of declaration.
    private(set) var ordered: [(path: String, parameter: Parameter)] = []
    private var pathOf: [ObjectIdentifier: String] = [:]

    private var walk = ParameterWalk()

    /// - Throws: ``FoveaError`` when a parameter is reached by two paths and the network does not say ``Shared``.
    init(of model: any Layer) throws {
        var walk = ParameterWalk()
        _ = try walk.visit(model, at: [], isShared: false) { parameter, path, isShared in
            try record(parameter, at: path, isShared: isShared)
            return true
        }
        self.walk = walk
    }

    /// The first parameter of a layer in the order of declaration, with its path within the layer.
    mutating func first(of layer: any Layer) -> (path: String, parameter: Parameter)? {
        var found: (path: String, parameter: Parameter)?
        _ = walk.visit(layer, at: [], isShared: false) { parameter, path, _ in
            found = (Self.path(of: parameter, at: path), parameter)
            return false
        }
        return found
    }

    subscript(parameter: Parameter) -> String? { pathOf[ObjectIdentifier(parameter)] }

    private static func path(of parameter: Parameter, at path: [String]) -> String {
        (parameter.name.map { path.dropLast() + [$0] } ?? path).joined(separator: ".")
    }

    private mutating func record(_ parameter: Parameter, at place: [String], isShared: Bool) throws {
        let path = Self.path(of: parameter, at: place)
        if let first = pathOf[ObjectIdentifier(parameter)] {
            guard !isShared else { return }
            throw FoveaError(
                .usage, "The parameter `\(path)` is the same as `\(first)`.",
                remedy: "Wrap the layer that is used twice in Shared(…), or make two layers of it.")
        }
        pathOf[ObjectIdentifier(parameter)] = path
        ordered.append((path, parameter))
    }
}

/// A walk over a network's stored properties.
private struct ParameterWalk {
    /// What a type is to the walk. Asking a value costs more than all the rest, so each type is asked once.
    private enum Kind {
        case parameter, sequential, shared
        /// Has nothing inside: a number, an enumeration, a class.
        case leaf
        case optional, collection, properties
    }

    private var kinds: [ObjectIdentifier: Kind] = [:]

    /// Shows `body` the parameters in a value one after the other, each with its place, for as long as it returns true.
    ///
    /// - Returns: false if `body` has ended the walk.
    mutating func visit(
        _ value: Any, at path: [String], isShared: Bool,
        _ body: (_ parameter: Parameter, _ path: [String], _ isShared: Bool) throws -> Bool
    ) rethrows -> Bool {
        switch kind(of: value) {
        case .leaf: return true
        case .parameter:
            guard let parameter = value as? Parameter else { return true }
            return try body(parameter, path, isShared)
        case .sequential:
            for child in (value as? Sequential)?.children ?? [] {
                guard try visit(child.layer, at: path + [child.name], isShared: isShared, body) else { return false }
            }
        case .shared:
            guard let shared = value as? any SharedLayer else { return true }
            return try visit(shared.wrapped, at: path, isShared: true, body)
        case .optional:
            for child in Mirror(reflecting: value).children {
                guard try visit(child.value, at: path, isShared: isShared, body) else { return false }
            }
        case .collection:
            for (index, child) in Mirror(reflecting: value).children.enumerated() {
                guard try visit(child.value, at: path + ["\(index)"], isShared: isShared, body) else { return false }
            }
        case .properties:
            for child in Mirror(reflecting: value).children {
                guard let label = child.label else { continue }
                guard try visit(child.value, at: path + [label], isShared: isShared, body) else { return false }
            }
        }
        return true
    }

    private mutating func kind(of value: Any) -> Kind {
        let type = type(of: value)
        if let known = kinds[ObjectIdentifier(type)] { return known }
        let found: Kind =
            if isTrivial(type) {
                .leaf
            } else if value is Parameter {
                .parameter
            } else if value is Sequential {
                .sequential
            } else {
                switch Mirror(reflecting: value).displayStyle {
                case .optional: .optional
                case .collection: .collection
                // Asked last, and of structures only: it takes a search through all conformances of the program.
                case .struct: value is any SharedLayer ? .shared : .properties
                case .tuple: .properties
                default: .leaf
                }
            }
        kinds[ObjectIdentifier(type)] = found
        return found
    }
}

/// Whether values of a type are nothing but bits, and so hold no parameter: numbers, and structures of them.
private func isTrivial<Value>(_ type: Value.Type) -> Bool { _isPOD(type) }

/// Any ``Shared``, whatever it wraps.
private protocol SharedLayer {
    var wrapped: any Layer { get }
}

extension Shared: SharedLayer {
    fileprivate var wrapped: any Layer { base }
}
