import FoveaGraph

/// The paths of a network's parameters, found by walking its stored properties once.
///
/// A path is the names of the properties and the positions in arrays and ``Sequential``s, joined by dots, as PyTorch names
/// them: `layer1.0.conv1.weight`.
struct ParameterPaths {
    /// Paths in the order of the walk, which is the order of declaration.
    private(set) var ordered: [(path: String, parameter: Parameter)] = []
    private var pathOf: [ObjectIdentifier: String] = [:]

    /// - Throws: ``FoveaError`` when a parameter is reached by two paths and the network does not say ``Shared``.
    init(of model: any Layer) throws {
        try walk(model, at: [], isShared: false)
    }

    subscript(parameter: Parameter) -> String? { pathOf[ObjectIdentifier(parameter)] }

    private mutating func walk(_ value: Any, at path: [String], isShared: Bool) throws {
        if let parameter = value as? Parameter {
            try record(parameter, at: path, isShared: isShared)
            return
        }
        if let sequential = value as? Sequential {
            for child in sequential.children { try walk(child.layer, at: path + [child.name], isShared: isShared) }
            return
        }
        // Settings of layers; asking whether they are layers would take longer than the rest of the walk.
        if value is Int || value is Bool || value is String || value is Double || value is Window { return }
        if let shared = value as? any SharedLayer {
            try walk(shared.wrapped, at: path, isShared: true)
            return
        }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            for child in mirror.children { try walk(child.value, at: path, isShared: isShared) }
        case .collection:
            for (index, child) in mirror.children.enumerated() {
                try walk(child.value, at: path + ["\(index)"], isShared: isShared)
            }
        case .struct, .tuple:
            for child in mirror.children {
                guard let label = child.label else { continue }
                try walk(child.value, at: path + [label], isShared: isShared)
            }
        default: break
        }
    }

    private mutating func record(_ parameter: Parameter, at path: [String], isShared: Bool) throws {
        let components = parameter.name.map { path.dropLast() + [$0] } ?? path
        let path = components.joined(separator: ".")
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

/// Any ``Shared``, whatever it wraps.
private protocol SharedLayer {
    var wrapped: any Layer { get }
}

extension Shared: SharedLayer {
    fileprivate var wrapped: any Layer { base }
}
