/// Fuses a softmax cross-entropy and its gradient for equal logits and classes into a ``FusedSoftmaxCrossEntropy``.
public struct FuseLossGradient: Pass {
    public init() {}

    /// The operands and settings that a loss and its gradient share.
    private struct Question: Hashable {
        let hasTargets: Bool
        let operands: [ValueID]
    }

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        var losses: [Question: Int] = [:]
        var fusions: [Fusion] = []
        for (index, node) in graph.nodes.enumerated() {
            switch node.operation {
            case is SoftmaxCrossEntropy: losses[Question(hasTargets: false, operands: node.operands)] = index
            case is SoftmaxCrossEntropyWithTargets: losses[Question(hasTargets: true, operands: node.operands)] = index
            case is SoftmaxCrossEntropyGradient, is SoftmaxCrossEntropyWithTargetsGradient:
                let hasTargets = node.operation is SoftmaxCrossEntropyWithTargetsGradient
                let question = Question(hasTargets: hasTargets, operands: Array(node.operands[..<2]))
                // A second gradient of the same loss stays a separate node.
                guard let loss = losses.removeValue(forKey: question) else { continue }
                fusions.append(
                    Fusion(
                        members: [loss, index], operation: FusedSoftmaxCrossEntropy(hasTargets: hasTargets),
                        operands: node.operands, results: [ValueID(node: loss), ValueID(node: index)],
                        location: graph.nodes[loss].location))
            default: break
            }
        }
        return try graph.fusing(fusions, for: capabilities)
    }
}
