import FoveaGraph

/// The values at which the frozen beginning of a network ends: they are the same whenever the network sees an example, and
/// what reads them is trained, random, or depends on the rest of the batch.
struct FrozenBoundary {
    /// A node's place in any trace of the network: the how-manieth of its layer and operation it is.
    ///
    /// Numbers of nodes differ between modes, as those of masks do; layers whose nodes depend on the mode have paths of their
    /// own.
    struct Place: Hashable {
        let path: String
        let operation: String
        let ordinal: Int
    }

    /// A value of the boundary.
    struct Crossing {
        /// The name of the input that replaces it: an input's own, or `features`.
        let name: String
        let place: Place
        let result: Int
        /// The type for one example.
        let type: TensorType
    }

    /// In the order of their nodes.
    let crossings: [Crossing]
    /// The names of the inputs that the computed values among them depend on.
    let inputs: [String]
    /// The places of all computed nodes that the crossings depend on, in order.
    private let origin: [Place]

    /// The number of examples that are traced to find the boundary: a length that an axis of features rarely has.
    private static let examples = 7

    /// - Parameter frozen: the parameters and statistics that training leaves unchanged.
    /// - Returns: nil where nothing is computed before the boundary.
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    init?(of network: TracedNetwork, freezing frozen: [PathPattern]) throws {
        let pass = try network.forward(.training, network.inputs.batched(Self.examples), freezing: frozen)
        let graph = pass.graph
        let nodes = FixedNodes(of: pass)
        let places = Self.places(of: graph)
        var read: Set<ValueID> = Set(pass.outputs.map { $1 })
        for (index, node) in graph.nodes.enumerated() where !nodes.isFixed(index) { read.formUnion(node.operands) }
        let values = read.filter { nodes.dependsOnInputs($0.node) && nodes.isFixed($0.node) }.sorted()
        let computed = values.filter { graph.nodes[$0.node].isComputed }
        guard !computed.isEmpty else { return nil }
        var names = computed.count == 1 ? ["features"] : computed.indices.map { "features.\($0)" }
        crossings = values.map { value in
            let node = graph.nodes[value.node]
            let name = (node.operation as? Placeholder)?.name ?? names.removeFirst()
            return Crossing(
                name: name, place: places[value.node], result: value.result, type: graph.type(of: value).exampleType)
        }
        let ancestors = graph.ancestors(of: computed)
        inputs = pass.inputs.filter { ancestors.contains($1.node) }.map(\.0)
        origin = ancestors.filter { graph.nodes[$0].isComputed }.map { places[$0] }
    }

    /// The values of the boundary in another trace of the network.
    ///
    /// - Throws: ``FoveaError`` when the layers before it are not the same there.
    func values(in graph: Graph) throws -> [(crossing: Crossing, value: ValueID)] {
        let places = Self.places(of: graph)
        let nodes = Dictionary(zip(places, places.indices), uniquingKeysWith: { first, _ in first })
        let found = crossings.compactMap { crossing in
            nodes[crossing.place].map { (crossing, ValueID(node: $0, result: crossing.result)) }
        }
        let isSame =
            found.count == crossings.count
            && found.allSatisfy { graph.type(of: $0.1).exampleType == $0.0.type }
            && graph.ancestors(of: found.map { $0.1 }).filter { graph.nodes[$0].isComputed }.map { places[$0] }
                == origin
        guard isSame else {
            throw FoveaError(
                .usage, "The frozen layers of the network compute something else in inference than in training.",
                remedy: "Freeze only layers that do the same in both.")
        }
        return found.map { (crossing: $0.0, value: $0.1) }
    }

    private static func places(of graph: Graph) -> [Place] {
        var counts: [Place: Int] = [:]
        return graph.nodes.map { node in
            let name = (node.operation as? Placeholder)?.name ?? node.operation.operationName
            let first = Place(path: node.location.path, operation: name, ordinal: 0)
            defer { counts[first, default: 0] += 1 }
            return Place(path: first.path, operation: name, ordinal: counts[first, default: 0])
        }
    }
}

/// The nodes of a training pass that give the same results for an example in every step.
private struct FixedNodes {
    private var fixed: [Bool] = []
    private var dependent: [Bool] = []

    init(of pass: ForwardPass) {
        for node in pass.graph.nodes {
            let operands = node.operands.map(\.node)
            let isFixed: Bool
            var isDependent = operands.contains { dependent[$0] }
            if let placeholder = node.operation as? Placeholder {
                isDependent = placeholder.role == .input
                isFixed = isDependent ? pass.inputs.contains(placeholder.name) : pass.isFrozen(placeholder.name)
            } else {
                isFixed = operands.allSatisfy { fixed[$0] } && (!isDependent || keepsExamplesApart(node, pass))
            }
            fixed.append(isFixed)
            dependent.append(isDependent)
        }
    }

    func isFixed(_ node: Int) -> Bool { fixed[node] }

    /// Whether the results differ from example to example.
    func dependsOnInputs(_ node: Int) -> Bool { dependent[node] }

    /// Whether a node with examples among its operands computes the result for each of them from it alone.
    private func keepsExamplesApart(_ node: Node, _ pass: ForwardPass) -> Bool {
        let axis: Int? =
            switch node.operation {
            case is BatchNormalization: 0
            case let softmax as Softmax: softmax.axis
            case let softmax as LogSoftmax: softmax.axis
            // A product of examples with examples.
            case is MatrixMultiplication: dependent[node.operands[1].node] ? 0 : nil
            default: nil
            }
        let isAcrossTheBatch = axis.map { $0 == 0 || $0 == -(node.results[0].shape.rank) } ?? false
        // Where the first axis is no longer the batch's, examples have been added up, joined or moved.
        return !isAcrossTheBatch && node.results.allSatisfy { $0.shape.dimensions.first == pass.batchSize }
    }
}

extension ForwardPass {
    fileprivate func isFrozen(_ path: String) -> Bool { frozen.contains { $0.matches(path) } }
}

extension Graph {
    /// The nodes that some values depend on, their own included, in order.
    fileprivate func ancestors(of values: [ValueID]) -> [Int] {
        var reached = Set(values.map(\.node))
        for index in nodes.indices.reversed() where reached.contains(index) {
            reached.formUnion(nodes[index].operands.map(\.node))
        }
        return reached.sorted()
    }
}
