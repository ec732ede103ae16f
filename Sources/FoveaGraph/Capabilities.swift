/// The abilities of a backend, as a question that passes ask before they make a node.
public struct Capabilities: Sendable {
    private let question: @Sendable (any Operation, [TensorType], [TensorType]) -> Bool

    /// - Parameter question: whether an operation runs on operands of these types, with results of these.
    public init(
        _ question:
            @escaping @Sendable (_ operation: any Operation, _ operands: [TensorType], _ results: [TensorType])
            -> Bool
    ) {
        self.question = question
    }

    /// Those of the reference: every operation.
    public static let everything = Capabilities { _, _, _ in true }

    /// Whether an operation fits operands of these types, and runs on them.
    public func run(_ operation: any Operation, on operands: [TensorType]) -> Bool {
        guard let results = try? operation.resultTypes(of: operands) else { return false }
        return question(operation, operands, results)
    }

    /// Whether a node runs, as every placeholder and constant does.
    public func run(_ node: Node, of graph: Graph) -> Bool {
        !node.isComputed || question(node.operation, graph.types(of: node.operands), node.results)
    }
}
