/// Recomputes the result of a normalization where the gradient of the next convolution's filters reads it, from the
/// normalization's operands and its statistics: so the result need not be kept from the forward pass to the backward
/// pass.
///
/// The operand is kept for the normalization's own gradient anyway. Of the two tensors that each normalized convolution
/// would keep, one remains, at the cost of one more pass over memory. Where a residual was added, the result stays.
///
/// Source: Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016, section 3; Bulò et al., "In-Place Activated
/// BatchNorm", CVPR 2018.
public struct RecomputeNormalizations: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(ConvolutionFilterGradient.self) else { return graph }
        let readers = graph.readers
        let roots = Set(graph.roots)
        var rewriter = GraphRewriter(graph)
        for (index, node) in graph.nodes.enumerated() {
            guard node.operation is ConvolutionFilterGradient, let images = node.operands.first, images.result == 0,
                let again = Self.again(graph.nodes[images.node]), !roots.contains(images),
                readers[images, default: []].allSatisfy({ $0 == index || Self.isForward(graph.nodes[$0]) }),
                node.operands[1] != images, case let normalization = graph.nodes[images.node],
                case let statistics = [1, 2].map({ ValueID(node: images.node, result: $0) }),
                capabilities.run(again, on: graph.types(of: normalization.operands + statistics))
            else {
                rewriter.copy(index)
                continue
            }
            let made = try rewriter.add(
                again, (normalization.operands + statistics).map(rewriter.moved), at: normalization.location)
            let gradient = try rewriter.add(
                node.operation, [made] + node.operands[1...].map(rewriter.moved), at: node.location)
            for result in node.results.indices {
                rewriter.replace(
                    ValueID(node: index, result: result), by: ValueID(node: gradient.node, result: result))
            }
        }
        return rewriter.finished()
    }

    /// The operation that gives a normalization's result, given its statistics; nil for any other node.
    private static func again(_ node: Node) -> FusedBatchNormalizationInference? {
        switch node.operation {
        case let plain as BatchNormalization: FusedBatchNormalizationInference(epsilon: plain.epsilon)
        case let fused as FusedBatchNormalization where !fused.addsResidual:
            FusedBatchNormalizationInference(epsilon: fused.epsilon, activation: fused.activation)
        default: nil
        }
    }

    /// Whether a node belongs to the forward pass: its operands need not be kept for it.
    private static func isForward(_ node: Node) -> Bool {
        switch node.operation {
        case is Convolution, is FusedConvolution, is MaxPooling, is AveragePooling, is GlobalAveragePooling: true
        default: false
        }
    }
}
