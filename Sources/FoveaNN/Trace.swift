public import FoveaGraph
import OrderedCollections

/// The recording of a network as a graph: the mode, the parameters met so far, and the position in the network.
///
/// Mode and seed belong to the trace; there is no global training flag.
public final class Trace: GraphBuilder {
    /// Whether layers behave as in training or as in inference.
    public enum Mode: Hashable, Sendable {
        /// Dropout drops, batch normalization uses the batch's statistics and updates the running ones.
        case training
        /// Dropout passes everything, batch normalization uses the running statistics.
        case inference
    }

    public let mode: Mode
    /// Whether dropout is active in training; without it losses can be compared with another library's.
    let hasDropout: Bool
    /// The types that layers compute in and keep their parameters in.
    public let precision: Precision
    /// The parameters and statistics that training leaves unchanged.
    let frozen: [PathPattern]
    private(set) var progress: Progress

    /// The progress of a trace, besides the graph.
    struct Progress: Sendable {
        fileprivate var places: LayerPlaces
        fileprivate var declared: [String: (declaration: ParameterDeclaration, value: ValueID)] = [:]
        /// The current values of the statistics that layers have moved, in the order in which they were first moved.
        fileprivate var moved: OrderedDictionary<String, ValueID> = [:]
        /// The results of ``Sequential``s and their children, by path; of one that is called twice, the last.
        fileprivate(set) var results: OrderedDictionary<String, ValueID> = [:]
        fileprivate var maskCount = 0
        fileprivate var randomKey: ValueID?

        fileprivate init(_ parameters: ParameterList) { places = LayerPlaces(parameters) }

        /// The parameters that were met, in the network's order of declaration.
        var declarations: [ParameterDeclaration] {
            places.parameters.entries.compactMap { declared[$0.path]?.declaration }
        }

        /// The current values of the statistics that layers have moved.
        var movedStatistics: [ValueID] { Array(moved.values) }

        /// The progress of a part of the graph; what does not belong to it is left out.
        ///
        /// - Parameter values: the value of the part that represents each value of the whole.
        func ofPart(_ values: [ValueID: ValueID]) -> Progress {
            var part = self
            part.declared = declared.compactMapValues { entry in
                values[entry.value].map { (entry.declaration, $0) }
            }
            part.moved = OrderedDictionary(
                uniqueKeysWithValues: moved.compactMap { path, value in values[value].map { (path, $0) } })
            part.results = OrderedDictionary(
                uniqueKeysWithValues: results.compactMap { path, value in values[value].map { (path, $0) } })
            part.randomKey = randomKey.flatMap { values[$0] }
            return part
        }
    }

    /// The input that keys the step's random numbers: two words of a ``CounterBasedGenerator``'s key, as int32.
    public static let randomKeyName = "random_key"

    init(
        _ network: any Network, mode: Mode, hasDropout: Bool = true, precision: Precision = .float32,
        frozen: [PathPattern] = []
    ) throws {
        self.mode = mode
        self.precision = precision
        self.hasDropout = hasDropout
        self.frozen = frozen
        progress = Progress(try network.parameterList)
        super.init()
    }

    /// Continues after a traced forward pass, with the loss.
    init(continuing pass: ForwardPass) {
        mode = pass.mode
        hasDropout = pass.hasDropout
        precision = pass.precision
        frozen = pass.frozen
        progress = pass.progress
        super.init(continuing: pass.graph)
    }

    // MARK: Parameters

    private var parameters: ParameterList { progress.places.parameters }

    /// The parameters that the trace has met, in the network's order of declaration.
    var declarations: [ParameterDeclaration] { progress.declarations }

    /// The value of a declared parameter.
    func value(ofParameter path: String) -> Value? { progress.declared[path].map { value($0.value) } }

    func declare(_ parameter: Parameter, _ shape: Shape, _ fans: Initializer.Fans) throws -> Value {
        guard let path = parameters[parameter] else {
            throw FoveaError(
                .usage, "A layer inside `\(location.path)` uses a parameter that the network does not hold.",
                remedy:
                    "Keep layers in stored properties of the network, in arrays, tuples, dictionaries or enumerations there, "
                    + "or in a class that is a Layer; do not make them while it is called."
                    + (parameters.opaque.map { " Not looked into: \($0)." } ?? ""))
        }
        if let earlier = progress.declared[path] {
            guard earlier.declaration.shape == shape else {
                throw FoveaError(
                    .usage,
                    "The parameter `\(path)` has the shape \(earlier.declaration.shape) in one place and \(shape) "
                        + "in another.", remedy: "Use layers of their own, or give both the same input size.")
            }
            // A layer that is called twice moves its statistics twice, each time from where they are.
            return self.value(progress.moved[path] ?? earlier.value)
        }
        let declaration = ParameterDeclaration(
            path: path, type: TensorType(shape, precision.parameters), role: parameter.role,
            initializer: parameter.initializer, fans: fans)
        let value = try state(path, declaration.type)
        progress.declared[path] = (declaration, value.id)
        return value
    }

    /// Whether layers move a statistic: in training, unless it is frozen.
    func moves(_ statistic: Parameter) -> Bool {
        mode == .training && parameters[statistic].map { path in !frozen.contains { $0.matches(path) } } != false
    }

    /// Gives a statistic its value after this step.
    func updateStatistic(_ statistic: Parameter, to value: Value) throws {
        guard let path = parameters[statistic] else {
            preconditionFailure("a statistic is declared before it is updated")
        }
        progress.moved[path] = value.id
    }

    /// Stores the statistics that layers have moved as those after this step.
    func keepStatistics() { for (path, id) in progress.moved { update(path, to: value(id)) } }

    // MARK: Random numbers

    /// A mask for dropout: each element is 0 with probability `rate` and 1/(1 − rate) otherwise. Each call uses a
    /// separate stream of the step's random numbers.
    func randomMask(_ rate: Double, like value: Value) throws -> Value {
        let known = progress.randomKey.map { self.value($0) }
        let key = try known ?? input(Self.randomKeyName, TensorType([2], .int32))
        progress.randomKey = key.id
        defer { progress.maskCount += 1 }
        return try RandomMask(rate: rate, shape: value.shape, dataType: value.dataType, stream: progress.maskCount)
            .applied(to: key)
    }

    // MARK: Places

    /// Runs `body` at the place of a ``Sequential``'s child.
    func enter(_ path: String, _ child: any Layer, _ body: () throws -> Value) throws -> Value {
        let mark = progress.places.enter(path, child)
        defer { progress.places.leave(to: mark) }
        let result = try body()
        record(result, of: path)
        return result
    }

    /// Remembers the result of a ``Sequential`` or its child: what a block returns need not be a layer's result.
    func record(_ result: Value, of path: String) { progress.results[path] = result.id }

    func path(of sequential: Sequential) -> String { progress.places.path(of: sequential) }

    /// Runs `body` as the layer that holds `parameter`, or, for a layer without parameters, the layer of this type.
    ///
    /// ``LayerPlaces`` names it.
    func place<Result>(
        _ layer: any Layer, holding parameter: Parameter? = nil, _ body: (Trace) throws -> Result
    ) throws -> Result {
        let outer = location
        defer { location = outer }
        location = Location(
            path: progress.places.path(of: layer, holding: parameter), layer: progress.places.typeName(of: layer))
        do {
            return try body(self)
        } catch let error as FoveaError {
            throw error.located(at: .layer(location.path))
        }
    }
}

extension Value {
    /// The trace that the value belongs to.
    ///
    /// - Throws: ``FoveaError`` when the value is part of a graph that is not being traced from a network.
    public var trace: Trace {
        get throws {
            // A value knows the builder of its graph, and layers accept values of a trace only.
            guard let trace = builder as? Trace else {
                throw FoveaError(
                    .usage, "A layer was called on a value outside a trace.",
                    remedy:
                        "Make the graph with InferenceGraph or TrainingGraph, which call the network for you; to compute "
                        + "with a layer, call it on a Tensor.")
            }
            return trace
        }
    }
}
