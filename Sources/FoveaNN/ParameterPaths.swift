import FoveaGraph

/// The paths of a network's parameters, found by walking its stored properties once.
///
/// A path is the names of the properties, the positions in arrays and ``Sequential``s and the keys of dictionaries, joined
/// by dots, as PyTorch names them: `layer1.0.conv1.weight`. ``ParameterWalk`` says what is walked, and how it is named.
struct ParameterPaths {
    /// Paths in the order of the walk, which is the order of declaration.
    private(set) var ordered: [(path: String, parameter: Parameter)] = []
    private var pathOf: [ObjectIdentifier: String] = [:]
    private var taken: Set<String> = []

    private var walk = ParameterWalk()

    /// - Throws: ``FoveaError`` when a parameter is reached by two paths and the network does not say ``Shared``, or when a
    ///   dictionary's keys give no path.
    init(of model: any Layer) throws {
        var walk = ParameterWalk()
        _ = try walk.visit(model, at: [], isShared: false) { parameter, path, isShared in
            try record(parameter, at: path, isShared: isShared)
            return true
        }
        self.walk = walk
    }

    /// The first stored value that may hold layers and cannot be looked into: "`blocks` is a set".
    var opaque: String? { walk.opaque }

    /// The first parameter of a layer in the order of declaration, with its path within the layer.
    mutating func first(of layer: any Layer) -> (path: String, parameter: Parameter)? {
        var found: (path: String, parameter: Parameter)?
        // It has been walked as a part of the network, and did not fail.
        _ = try? walk.visit(layer, at: [], isShared: false) { parameter, path, _ in
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
        guard taken.insert(path).inserted else {
            throw FoveaError(
                .usage, "Two parameters have the path `\(path)`.",
                remedy: "Give layers that are stored in the same place names of their own.")
        }
        pathOf[ObjectIdentifier(parameter)] = path
        ordered.append((path, parameter))
    }
}
