import FoveaFoundation
import FoveaGraph

/// A network's parameters and statistics in their order, each with its path.
///
/// A path is a parameter's name in files of weights and in messages. That of a layer's parameter is the names of the
/// properties, the positions in arrays and ``Sequential``s and the keys of dictionaries, joined by dots, as PyTorch names
/// them: `layer1.0.conv1.weight`.
public struct ParameterList: Sendable {
    /// In the order of declaration.
    public private(set) var entries: [(path: String, parameter: Parameter)] = []
    private var pathOf: [ObjectIdentifier: String] = [:]
    private var taken: Set<String> = []
    /// The paths of the network's ``Sequential``s; for one in several places, the first.
    private var sequentialPaths: [ObjectIdentifier: String] = [:]
    /// The first stored value that may hold layers and cannot be inspected: "`blocks` is a set".
    private(set) var opaque: String?

    /// Parameters with given paths.
    ///
    /// - Throws: ``FoveaError`` when two parameters share a path, or one has two paths.
    public init(_ entries: [(path: String, parameter: Parameter)]) throws {
        for (path, parameter) in entries { try record(parameter, as: path, isShared: false) }
    }

    /// The parameters in the stored properties of a network, which ``ParameterWalk`` finds and names.
    ///
    /// - Throws: ``FoveaError`` when a parameter is reached by two paths without ``Shared``, or when a dictionary's
    ///   keys give no path.
    public init(walking network: any Network) throws {
        var walk = ParameterWalk()
        try walk.visit(network, at: [], isShared: false) { parameter, place, isShared in
            let path = (parameter.name.map { place.dropLast() + [$0] } ?? place).joined(separator: ".")
            try record(parameter, as: path, isShared: isShared)
        }
        sequentialPaths = walk.sequentialPaths
        opaque = walk.opaque
    }

    subscript(parameter: Parameter) -> String? { pathOf[ObjectIdentifier(parameter)] }

    /// The path of a ``Sequential``; nil for one that the network does not hold.
    subscript(sequential: Sequential) -> String? { sequentialPaths[ObjectIdentifier(sequential.identity)] }

    private mutating func record(_ parameter: Parameter, as path: String, isShared: Bool) throws {
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
        entries.append((path, parameter))
    }
}
