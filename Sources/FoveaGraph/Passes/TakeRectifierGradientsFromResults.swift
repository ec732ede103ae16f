/// Lets the gradient of a rectifier read the function's result instead of its operand, where the derivative is the same
/// for both: UnaryGradient(x, g) becomes UnaryGradient(f(x), g).
///
/// The result is kept for the next layer anyway; the operand need not be, and may be computed in the same pass over memory
/// as the result.
public struct TakeRectifierGradientsFromResults: Simplification {
    public init() {}

    /// A function applied to a value.
    private struct Application: Hashable {
        let function: AnyHashable
        let operand: ValueID
    }

    public func run(on graph: Graph) throws -> Graph {
        guard graph.nodes.contains(where: { $0.operation is any GradientOfUnaryOperation }) else { return graph }
        var results: [Application: ValueID] = [:]
        var rewriter = GraphRewriter(graph)
        for (index, node) in graph.nodes.enumerated() {
            if let function = node.operation as? any UnaryOperation, function.derivativeFollowsFromResult {
                let application = Application(function: AnyHashable(function), operand: node.operands[0])
                if results[application] == nil { results[application] = ValueID(node: index) }
            }
            if let gradient = node.operation as? any GradientOfUnaryOperation,
                let result = results[
                    Application(function: AnyHashable(gradient.function), operand: node.operands[0])]
            {
                let operands = [result, node.operands[1]].map(rewriter.moved)
                rewriter.replace(
                    ValueID(node: index), by: try rewriter.add(gradient, operands, at: node.location))
            } else {
                rewriter.copy(index)
            }
        }
        return rewriter.finished()
    }
}
