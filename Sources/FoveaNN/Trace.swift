public import FoveaGraph
import OrderedCollections

/// A network being written down as a graph: the mode, the parameters met so far, and where in the network we are.
///
/// Mode and seed belong to the trace; there is no global training flag.
public final class Trace: GraphBuilder {
    /// Whether layers behave as in training or as in use.
    public enum Mode: Hashable, Sendable {
        /// Dropout drops, batch normalization uses the batch's statistics and updates the running ones.
        case training
        /// Dropout passes everything, batch normalization uses the running statistics.
        case inference
    }

    public let mode: Mode
    /// Whether dropout drops in training; without it losses can be compared with another library's.
    let hasDropout: Bool
    /// The types of what layers compute and of their parameters.
    public let precision: Precision
    private var paths: ParameterPaths
    private var declared: [String: (declaration: ParameterDeclaration, value: ValueID)] = [:]
    /// What the statistics that layers have moved are by now, in the order in which they were first moved.
    private var moved: OrderedDictionary<String, ValueID> = [:]
    private var scope = Scope()
    private var maskCount = 0
    private var randomKey: ValueID?
    private var typeNames: [ObjectIdentifier: String] = [:]

    /// The input that keys the step's random numbers: two words of a ``CounterBasedGenerator``'s key, as int32.
    public static let randomKeyName = "random_key"

    init(_ model: any Layer, mode: Mode, hasDropout: Bool = true, precision: Precision = .float32) throws {
        self.mode = mode
        self.precision = precision
        self.hasDropout = hasDropout
        paths = try ParameterPaths(of: model)
    }

    // MARK: Parameters

    /// The parameters that the trace has met, in the network's order of declaration.
    var declarations: [ParameterDeclaration] { paths.ordered.compactMap { declared[$0.path]?.declaration } }

    /// The value of a declared parameter.
    func value(ofParameter path: String) -> Value? { declared[path].map { value($0.value) } }

    func declare(_ parameter: Parameter, _ shape: Shape, _ fans: Initializer.Fans) throws -> Value {
        guard let path = paths[parameter] else {
            throw FoveaError(
                .usage, "A layer inside `\(location.path)` uses a parameter that the network does not hold.",
                remedy:
                    "Keep layers in stored properties of the network, in arrays, tuples, dictionaries or enumerations there, "
                    + "or in a class that is a Layer; do not make them while it is called."
                    + (paths.opaque.map { " Not looked into: \($0)." } ?? ""))
        }
        if let earlier = declared[path] {
            guard earlier.declaration.shape == shape else {
                throw FoveaError(
                    .usage,
                    "The parameter `\(path)` has the shape \(earlier.declaration.shape) in one place and \(shape) "
                        + "in another.", remedy: "Use layers of their own, or give both the same input size.")
            }
            // A layer that is called twice moves its statistics twice, each time from where they are.
            return self.value(moved[path] ?? earlier.value)
        }
        let declaration = ParameterDeclaration(
            path: path, type: TensorType(shape, precision.parameters), role: parameter.role,
            initializer: parameter.initializer, fans: fans)
        let value = try state(path, declaration.type)
        declared[path] = (declaration, value.id)
        return value
    }

    /// Gives a statistic its value after this step.
    func updateStatistic(_ statistic: Parameter, to value: Value) throws {
        guard let path = paths[statistic] else { preconditionFailure("a statistic is declared before it is updated") }
        moved[path] = value.id
    }

    /// Makes what layers have moved the statistics after this step.
    func keepStatistics() { for (path, id) in moved { update(path, to: value(id)) } }

    // MARK: Random numbers

    /// A mask for dropout: each element is 0 with probability `rate` and 1/(1 − rate) otherwise. Every call is a stream of
    /// its own of the step's random numbers.
    func randomMask(_ rate: Double, like value: Value) throws -> Value {
        let key = try randomKey.map { self.value($0) } ?? input(Self.randomKeyName, TensorType([2], .int32))
        randomKey = key.id
        defer { maskCount += 1 }
        return try RandomMask(rate: rate, shape: value.shape, dataType: value.dataType, stream: maskCount)
            .applied(to: key)
    }

    // MARK: Places

    /// Where in the network the trace is.
    private struct Scope {
        /// The path of the network or block whose layers are being called.
        var container = ""
        /// A child of a ``Sequential`` about to be called: its exact path, if the next layer is the child itself.
        var child: (path: String, typeName: String)?
        /// How many layers without parameters have had a path, to number them.
        var uses: [String: Int] = [:]
    }

    /// Runs `body` at the place of a ``Sequential``'s child.
    func enter(_ path: String, _ child: any Layer, _ body: () throws -> Value) throws -> Value {
        let (outerContainer, outerChild) = (scope.container, scope.child)
        defer { (scope.container, scope.child) = (outerContainer, outerChild) }
        scope.container = path
        scope.child = (path, typeName(of: child))
        return try body()
    }

    /// Runs `body` as the layer that holds `parameter`, or, for a layer without parameters, the layer of this type.
    ///
    /// A layer without parameters has no identity: in a ``Sequential`` its path is its position, in a network of one's own
    /// its type's name in lower case, numbered from the second on.
    func place<Result>(
        _ layer: any Layer, holding parameter: Parameter? = nil, _ body: (Trace) throws -> Result
    ) throws -> Result {
        let outer = location
        defer { location = outer }
        location = Location(path: path(of: layer, holding: parameter), layer: typeName(of: layer))
        do {
            return try body(self)
        } catch let error as FoveaError {
            throw error.located(at: .layer(location.path))
        }
    }

    private func path(of layer: any Layer, holding parameter: Parameter?) -> String {
        if let parameter, let path = paths[parameter] {
            let parent = Self.parent(of: path)
            scope.container = Self.parent(of: parent)
            return parent
        }
        if let child = scope.child, child.typeName == typeName(of: layer) {
            scope.child = nil
            return child.path
        }
        let name = typeName(of: layer).lowercased()
        let path = scope.container.isEmpty ? name : "\(scope.container).\(name)"
        let earlier = scope.uses[path, default: 0]
        scope.uses[path] = earlier + 1
        return earlier == 0 ? path : "\(path)_\(earlier)"
    }

    /// The path of a ``Sequential``, known from the first parameter in it; without one, the place where it is called.
    func path(of sequential: Sequential) -> String {
        for child in sequential.children {
            guard let inner = paths.first(of: child.layer), let path = paths[inner.parameter] else { continue }
            let suffix = inner.path.isEmpty ? child.name : "\(child.name).\(inner.path)"
            return String(path.dropLast(suffix.count)).trimmingTrailingDot()
        }
        return scope.container
    }

    /// ``Layer/typeName``, looked up once for each type.
    private func typeName(of layer: any Layer) -> String {
        let type = ObjectIdentifier(type(of: layer))
        if let known = typeNames[type] { return known }
        let name = layer.typeName
        typeNames[type] = name
        return name
    }

    private static func parent(of path: String) -> String {
        path.lastIndex(of: ".").map { String(path[..<$0]) } ?? ""
    }
}

extension String {
    fileprivate func trimmingTrailingDot() -> String { hasSuffix(".") ? String(dropLast()) : self }
}

extension Value {
    /// The trace that the value belongs to.
    ///
    /// - Throws: ``FoveaError`` when the value is part of a graph that is not being traced from a network.
    public var trace: Trace {
        get throws {
            guard let trace = builder as? Trace else {
                throw FoveaError(
                    .usage, "A layer was called on a value outside a trace.",
                    remedy: "Make the graph with InferenceGraph or TrainingGraph, which call the network for you.")
            }
            return trace
        }
    }
}

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
