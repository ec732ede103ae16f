import FoveaFoundation
import FoveaGraph

/// A walk over a network's stored values, in declaration order.
///
/// | Stored | Path of what is inside |
/// |---|---|
/// | in a structure, or a class that is a ``Layer``, its superclass's first | the property's name |
/// | in an array | the position |
/// | in a tuple | the label, or the position where it has none |
/// | in a dictionary with strings or integers as keys | the key; in the order of the keys, which has no other |
/// | in ``NamedParameters`` | that of the property, with each parameter's name instead of the property's |
/// | in a case of an enumeration | as if its value were stored itself: `head.weight` |
///
/// Closures, sets and classes that are not layers are not inspected.
struct ParameterWalk {
    /// The kind of a type in the walk. Finding it costs more than all the rest, so it is done once per type.
    private enum Kind {
        case parameter, group, sequential, shared
        /// Holds no other values: a number, a string.
        case leaf
        /// May hold a layer, and cannot be inspected.
        case opaque(String)
        case payload, collection, dictionary, properties, object
    }

    typealias Body = (_ parameter: Parameter, _ path: [String], _ isShared: Bool) throws -> Void

    private var kinds: [ObjectIdentifier: Kind] = [:]
    /// The objects that the walk is inside of, so that a cycle of references does not make it endless.
    private var objects: Set<ObjectIdentifier> = []
    /// The first stored value that cannot be inspected, and its kind.
    private(set) var opaque: String?
    /// The first path of each ``Sequential``.
    private(set) var sequentialPaths: [ObjectIdentifier: String] = [:]

    /// Calls `body` with each parameter in a value and its path, in order.
    ///
    /// - Throws: what `body` throws, and ``FoveaError`` for a dictionary that holds parameters under keys that give no path.
    mutating func visit(_ value: Any, at path: [String], isShared: Bool, _ body: Body) throws {
        switch kind(of: value) {
        case .leaf: return
        case .opaque(let what):
            if opaque == nil { opaque = "\(quoted(path.joined(separator: "."))) is \(what)" }
        case .parameter:
            guard let parameter = value as? Parameter else { return }
            try body(parameter, path, isShared)
        case .group:
            guard let group = value as? NamedParameters else { return }
            for parameter in group.parameters { try body(parameter, path, isShared) }
        case .sequential:
            guard let sequential = value as? Sequential else { return }
            let identity = ObjectIdentifier(sequential.identity)
            if sequentialPaths[identity] == nil { sequentialPaths[identity] = path.joined(separator: ".") }
            for child in sequential.children {
                try visit(child.layer, at: path + [child.name], isShared: isShared, body)
            }
        case .shared:
            guard let shared = value as? any SharedLayer else { return }
            try visit(shared.wrapped, at: path, isShared: true, body)
        case .payload:
            for child in Mirror(reflecting: value).children {
                try visit(child.value, at: path, isShared: isShared, body)
            }
        case .collection:
            for (index, child) in Mirror(reflecting: value).children.enumerated() {
                try visit(child.value, at: path + ["\(index)"], isShared: isShared, body)
            }
        case .dictionary: try visitDictionary(value, at: path, isShared: isShared, body)
        case .properties: try visit(Mirror(reflecting: value), at: path, isShared: isShared, body)
        case .object:
            let identity = ObjectIdentifier(value as AnyObject)
            guard objects.insert(identity).inserted else { return }
            defer { objects.remove(identity) }
            try visit(Mirror(reflecting: value), at: path, isShared: isShared, body)
        }
    }

    /// The properties of a structure, a tuple or an object.
    private mutating func visit(_ mirror: Mirror, at path: [String], isShared: Bool, _ body: Body) throws {
        if let inherited = mirror.superclassMirror {
            try visit(inherited, at: path, isShared: isShared, body)
        }
        for child in mirror.children {
            guard let label = child.label else { continue }
            // The elements of a tuple without labels are called `.0`, `.1`.
            let name = label.first == "." ? String(label.dropFirst()) : label
            try visit(child.value, at: path + [name], isShared: isShared, body)
        }
    }

    private mutating func visitDictionary(
        _ value: Any, at path: [String], isShared: Bool, _ body: Body
    ) throws {
        var named: [(name: String, value: Any)] = []
        for child in Mirror(reflecting: value).children {
            let pair = Array(Mirror(reflecting: child.value).children.map(\.value))
            guard pair.count == 2 else { continue }
            let name = (pair[0] as? String) ?? (pair[0] as? Int).map(String.init)
            guard let name, !name.isEmpty, !name.contains(".") else {
                try refuseParameters(in: pair[1], key: pair[0], at: path)
                continue
            }
            named.append((name, pair[1]))
        }
        // The order of a dictionary differs from run to run.
        named.sort { (Int($0.name) ?? .min, $0.name) < (Int($1.name) ?? .min, $1.name) }
        for (name, value) in named {
            try visit(value, at: path + [name], isShared: isShared, body)
        }
    }

    private mutating func refuseParameters(in value: Any, key: Any, at path: [String]) throws {
        try visit(value, at: path, isShared: true) { _, _, _ in
            throw FoveaError(
                .usage,
                "The dictionary `\(path.joined(separator: "."))` holds layers under the key \(quoted("\(key)")).",
                remedy: "Use keys that can be part of a path: strings without dots, or integers.")
        }
    }

    private mutating func kind(of value: Any) -> Kind {
        let type = type(of: value)
        if let known = kinds[ObjectIdentifier(type)] { return known }
        let found = Self.kind(of: value, type)
        kinds[ObjectIdentifier(type)] = found
        return found
    }

    private static func kind(of value: Any, _ type: Any.Type) -> Kind {
        if isTrivial(type) { return .leaf }
        if value is Parameter { return .parameter }
        if value is NamedParameters { return .group }
        if value is Sequential { return .sequential }
        switch Mirror(reflecting: value).displayStyle {
        case .optional, .enum: return .payload
        case .collection: return .collection
        case .dictionary: return .dictionary
        // Tested last, and for structures only: the test searches all conformances of the program.
        case .struct: return value is any SharedLayer ? .shared : .properties
        case .tuple: return .properties
        case .class: return value is any Layer ? .object : .opaque("an object of a class that is no Layer")
        case .set: return .opaque("a set")
        // Strings, and closures, which reveal nothing of their contents.
        default: return .leaf
        }
    }
}

/// Whether values of a type are plain bits and so hold no parameter: numbers, and structures of them.
private func isTrivial<Value>(_ type: Value.Type) -> Bool { _isPOD(type) }

/// Any ``Shared``, whatever it wraps.
private protocol SharedLayer {
    var wrapped: any Layer { get }
}

extension Shared: SharedLayer {
    fileprivate var wrapped: any Layer { base }
}
