/// A computation: nodes in an order in which every value is computed before it is read, named outputs, and new values
/// for the state that a device holds.
///
/// A graph is a value and is typed throughout; it is made by a ``GraphBuilder``, changed by ``Pass``es and compiled by a
/// backend.
public struct Graph: Sendable {
    /// A value that a run returns.
    public struct Output: Hashable, Sendable {
        public let name: String
        public let value: ValueID
    }

    /// A new value for a state at the end of a run.
    public struct Update: Hashable, Sendable {
        public let state: String
        public let value: ValueID
    }

    public internal(set) var nodes: [Node] = []
    public internal(set) var outputs: [Output] = []
    public internal(set) var updates: [Update] = []
    /// A scalar that decides whether a run counts: where it is NaN or infinite, no state is updated.
    ///
    /// The loss of a training step is its guard: a step that diverges leaves the weights that led to it for inspection.
    public internal(set) var guardValue: ValueID?

    public init() {}

    /// The purpose of a run: the values that are returned, kept as state, or checked to decide whether the run counts.
    public var roots: [ValueID] { outputs.map(\.value) + updates.map(\.value) + (guardValue.map { [$0] } ?? []) }

    public func type(of value: ValueID) -> TensorType { nodes[value.node].results[value.result] }

    public func types(of values: [ValueID]) -> [TensorType] { values.map(type(of:)) }

    /// The number of multiply-adds of a node.
    public func multiplyAdds(of node: Node) -> Int {
        node.operation.multiplyAdds(operands: node.operands.map(type(of:)), results: node.results)
    }

    /// The size of everything that a node reads and computes, in bytes.
    public func byteCount(of node: Node) -> Int {
        (node.operands.map(type(of:)) + node.results).reduce(0) { $0 + $1.byteCount }
    }

    /// The nodes for the inputs of a run, in order.
    public var inputs: [(name: String, type: TensorType, value: ValueID)] { placeholders(.input) }

    /// The nodes for the state that the device holds from run to run, in order.
    public var states: [(name: String, type: TensorType, value: ValueID)] { placeholders(.state) }

    private func placeholders(_ role: Placeholder.Role) -> [(name: String, type: TensorType, value: ValueID)] {
        nodes.indices.compactMap { index in
            guard let placeholder = nodes[index].operation as? Placeholder, placeholder.role == role else { return nil }
            return (placeholder.name, placeholder.type, ValueID(node: index))
        }
    }

    /// Appends a node, whose operands must already exist.
    ///
    /// - Throws: ``FoveaError`` when the operands do not fit the operation.
    @discardableResult
    package mutating func append(_ operation: any Operation, _ operands: [ValueID], at location: Location) throws -> Int
    {
        let results = try operation.resultTypes(of: operands.map(type(of:)))
        nodes.append(Node(operation: operation, operands: operands, results: results, location: location))
        return nodes.count - 1
    }

    /// Appends an input of a run, under a name that no other has.
    package mutating func appendInput(_ name: String, _ type: TensorType) throws -> ValueID {
        ValueID(node: try append(Placeholder(name: name, role: .input, type: type), [], at: .none))
    }

    package mutating func addOutput(_ name: String, _ value: ValueID) {
        outputs.append(Output(name: name, value: value))
    }

    package mutating func setGuard(_ value: ValueID) { guardValue = value }

    package mutating func addUpdate(_ state: String, _ value: ValueID) {
        updates.append(Update(state: state, value: value))
    }
}
