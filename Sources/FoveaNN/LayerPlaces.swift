import FoveaGraph

/// The position of a trace in a network, and the paths of the layers that it meets there.
///
/// A layer with parameters is where they are, and a ``Sequential`` and its children are where the network holds them. Other
/// layers have no identity: they are named after their type in lower case, in the block whose layers are being called, and
/// numbered from the second on.
struct LayerPlaces {
    let parameters: ParameterList
    /// The path of the network or block whose layers are being called.
    private var container = ""
    /// A child of a ``Sequential`` that is about to be called: its path, if the next layer is the child itself.
    private var child: (path: String, type: ObjectIdentifier)?
    /// The number of layers that have been named after their type, by path.
    private var uses: [String: Int] = [:]
    private var typeNames: [ObjectIdentifier: String] = [:]

    init(_ parameters: ParameterList) { self.parameters = parameters }

    /// A position to return to.
    struct Mark {
        fileprivate let container: String
        fileprivate let child: (path: String, type: ObjectIdentifier)?
    }

    /// Goes to a child of a ``Sequential``.
    ///
    /// - Returns: the position to return to afterwards.
    mutating func enter(_ path: String, _ layer: any Layer) -> Mark {
        defer {
            container = path
            child = (path, ObjectIdentifier(type(of: layer)))
        }
        return Mark(container: container, child: child)
    }

    mutating func leave(to mark: Mark) { (container, child) = (mark.container, mark.child) }

    /// The path of a ``Sequential``; for one that the network does not hold, the path of the block that calls it.
    func path(of sequential: Sequential) -> String { parameters[sequential] ?? container }

    /// The path of the layer that holds `parameter`, or of a layer that holds none.
    mutating func path(of layer: any Layer, holding parameter: Parameter?) -> String {
        if let parameter, let path = parameters[parameter] {
            let parent = parentPath(of: path)
            container = parentPath(of: parent)
            return parent
        }
        if let child, child.type == ObjectIdentifier(type(of: layer)) {
            self.child = nil
            return child.path
        }
        let path = joinedPath(container, typeName(of: layer).lowercased())
        let earlier = uses[path, default: 0]
        uses[path] = earlier + 1
        return earlier == 0 ? path : "\(path)_\(earlier)"
    }

    /// ``Layer/typeName``, looked up once for each type.
    mutating func typeName(of layer: any Layer) -> String {
        let type = ObjectIdentifier(type(of: layer))
        if let known = typeNames[type] { return known }
        let name = layer.typeName
        typeNames[type] = name
        return name
    }
}

/// The path of the child `name` of `path`.
func joinedPath(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

/// The path of the parent of `path`.
func parentPath(of path: String) -> String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? "" }
