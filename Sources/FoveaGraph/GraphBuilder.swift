/// Makes a graph node by node while a network is traced.
///
/// Not `Sendable`: a trace happens in one place and results in ``graph``, which is a value.
open class GraphBuilder {
    /// The graph so far.
    public private(set) var graph = Graph()

    /// The names in use.
    private var names: [Placeholder.Role: Set<String>] = [:]

    /// The layer whose operations are being added.
    public var location = Location.none

    public init() {}

    /// Continues a graph that has been built so far.
    package init(continuing graph: Graph) {
        self.graph = graph
        for case let placeholder as Placeholder in graph.nodes.lazy.map(\.operation) {
            names[placeholder.role, default: []].insert(placeholder.name)
        }
    }

    /// An input of a run, under `name`.
    public func input(_ name: String, _ type: TensorType) throws -> Value {
        try placeholder(Placeholder(name: name, role: .input, type: type))
    }

    /// A state that the device holds under `name` from run to run.
    public func state(_ name: String, _ type: TensorType) throws -> Value {
        try placeholder(Placeholder(name: name, role: .state, type: type))
    }

    private func placeholder(_ placeholder: Placeholder) throws -> Value {
        guard names[placeholder.role, default: []].insert(placeholder.name).inserted else {
            throw FoveaError(
                .usage, "The graph already has the \(placeholder.role) `\(placeholder.name)`.",
                remedy: "Use the value that is there, or another name.")
        }
        return try add(placeholder, [])[0]
    }

    /// A tensor that is the same in every run.
    public func constant(_ tensor: Tensor) throws -> Value { try add(Constant(tensor), [])[0] }

    /// A scalar that is the same in every run.
    public func constant(_ scalar: Double, _ dataType: DataType = .float32) throws -> Value {
        try constant(Tensor(repeating: scalar, TensorType([], dataType)))
    }

    /// Adds an operation and returns its results.
    ///
    /// - Throws: ``FoveaError`` that names the layer when the operands do not fit.
    public func add(_ operation: any Operation, _ operands: [Value]) throws -> [Value] {
        precondition(operands.allSatisfy { $0.builder === self }, "operands of one graph")
        let node: Int
        do {
            node = try graph.append(operation, operands.map(\.id), at: location)
        } catch let error as FoveaError {
            throw error.located(at: .layer(location.path))
        }
        return graph.nodes[node].results.indices.map { Value(builder: self, id: ValueID(node: node, result: $0)) }
    }

    /// A value that is already in the graph. A value keeps its builder alive, so a builder keeps the names of values only.
    package func value(_ id: ValueID) -> Value { Value(builder: self, id: id) }

    /// Names an output of a run.
    public func output(_ name: String, _ value: Value) { graph.addOutput(name, value.id) }

    /// Gives a state a new value at the end of each run.
    public func update(_ state: String, to value: Value) { graph.addUpdate(state, value.id) }

    /// Updates states only in runs where this scalar is finite.
    public func updateOnlyIfFinite(_ value: Value) { graph.setGuard(value.id) }
}
