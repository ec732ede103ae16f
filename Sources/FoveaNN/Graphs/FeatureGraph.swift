import FoveaFoundation
public import FoveaGraph
import OrderedCollections

/// A network in inference up to one of its layers: inputs in, that layer's result out.
///
/// What lies above the layer is not part of it, and its parameters are not needed.
public struct FeatureGraph: Sendable {
    /// The treatment of features with spatial axes, [N, C, H, W].
    public enum Pooling: String, CaseIterable, Sendable {
        /// Each channel becomes its mean over space: [N, C].
        case average
        /// They stay as they are.
        case none
    }

    /// The name of the graph's output.
    public static let outputName = "features"

    public let graph: Graph
    /// The path of the layer.
    public let layer: String
    /// The parameters that the layer's result depends on, in the network's order of declaration.
    public let parameters: [ParameterDeclaration]
    /// All parameters of the network.
    public let networkParameters: [ParameterDeclaration]
    /// The type of the features of one example.
    public let output: TensorType

    /// - Parameters:
    ///   - layer: the path of a layer, or of a block or ``Sequential``, which gives what its last layer gives; of one that is
    ///     called more than once the last result. By default the layer below the head: what the network classifies by.
    ///   - head: the layers that turn features into logits; by default the last layer with parameters.
    ///   - batch: the types of the inputs of a batch.
    /// - Throws: ``FoveaError`` that suggests the nearest paths where there is no such layer, or that names the layer whose
    ///   result is not one for each example.
    public init(
        _ network: TracedNetwork, layer: String? = nil, head: PathPattern? = nil, pooling: Pooling = .average,
        batch: Named<TensorType>
    ) throws {
        let pass = try network.forward(.inference, batch)
        let places = LayerResults(of: pass)
        let found = try layer.map { try places.result(of: $0) } ?? places.below(head)
        let trace = Trace(continuing: pass)
        var value = try trace.inParameterType(trace.value(found.value))
        guard value.shape.dimensions.first == pass.batchSize, value.shape.rank > 1, value.dataType.isFloatingPoint
        else {
            throw FoveaError(
                .usage, "The result of \(quoted(found.path)) is \(value.type): that is no features for each example.",
                remedy: "Choose another layer.")
        }
        if pooling == .average, value.shape.rank > 2 {
            value = try ReduceMean(axes: Array(2..<value.shape.rank)).applied(to: value)
        }
        trace.output(Self.outputName, value)
        graph = trace.graph.withoutUnusedStates
        self.layer = found.path
        networkParameters = pass.declarations
        let used = Set(graph.states.map(\.name))
        parameters = pass.declarations.filter { used.contains($0.path) }
        output = value.type.exampleType
    }
}

/// The results of a network's layers by path.
private struct LayerResults {
    private let pass: ForwardPass
    /// In the order in which the layers are called.
    private var results: [(path: String, value: ValueID)] = []

    init(of pass: ForwardPass) {
        self.pass = pass
        for (index, node) in pass.graph.nodes.enumerated()
        where !node.location.path.isEmpty && !(node.operation is Placeholder) {
            results.append((node.location.path, ValueID(node: index)))
        }
    }

    /// The result of a layer, or the last one of the layers below a path.
    func result(of path: String) throws -> (path: String, value: ValueID) {
        if let known = pass.progress.results[path] { return (path, known) }
        if let last = results.last(where: { $0.path == path || $0.path.hasPrefix("\(path).") }) {
            return (path, last.value)
        }
        throw FoveaError(
            .usage, "The network has no layer \(quoted(path)).",
            remedy: "\(suggestion(for: path))`fovea summary` lists them.")
    }

    private func suggestion(for path: String) -> String {
        var known: [String] = []
        for name in results.map(\.path) + pass.progress.results.keys {
            // Blocks are the beginnings of their layers' paths.
            var name = name
            while !name.isEmpty, !known.contains(name) {
                known.append(name)
                name = parentPath(of: name)
            }
        }
        var nearest: [String] = []
        while nearest.count < 3, let next = nearestName(to: path, among: known.filter { !nearest.contains($0) }) {
            nearest.append(next)
        }
        guard let last = nearest.popLast() else { return "" }
        let others = nearest.map(quoted).joined(separator: ", ")
        return "Did you mean \(others.isEmpty ? "" : "\(others) or ")\(quoted(last))? "
    }

    /// What the first layer with trainable parameters in the head reads, under the path of the layer that gives it.
    ///
    /// - Parameter head: by default the last layer with such parameters.
    func below(_ head: PathPattern?) throws -> (path: String, value: ValueID) {
        let graph = pass.graph
        let trainable = Set(pass.declarations.filter { $0.role == .trainable }.map(\.path))
        let states = graph.states.filter { trainable.contains($0.name) && head?.matches($0.name) != false }
        let values = Set(states.map(\.value))
        let reads = { (node: Node) in node.operands.dropFirst().contains { values.contains($0) } }
        let classifying = head == nil ? graph.nodes.last(where: reads) : graph.nodes.first(where: reads)
        guard let classifying, let read = classifying.operands.first else {
            throw FoveaError(
                .usage, "No layer of the network has parameters to take the features below.", remedy: "Name a layer.")
        }
        let named = pass.progress.results.first { $0.value == read }?.key
        return (named ?? results.last { $0.value == read }?.path ?? "input of \(classifying.location.path)", read)
    }
}
