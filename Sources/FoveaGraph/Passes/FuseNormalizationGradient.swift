/// Fuses a batch normalization's gradient, the gradient of the rectifier after the normalization and the addition of
/// two upstream gradients into one ``FusedBatchNormalizationGradient``. Where another node reads the rectified gradient
/// too (the residual's branch), it is a result of the new node.
public struct FuseNormalizationGradient: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(BatchNormalizationGradient.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        var fusions: [Fusion] = []
        var fused: Set<Int> = []
        for (index, node) in graph.nodes.enumerated() {
            guard let normalization = node.operation as? BatchNormalizationGradient else { continue }
            let upstream = node.operands[4]
            var addends = [upstream]
            var members: Set = [index]
            // The nearest node to read from the fusion so far.
            var reader = index
            var (rectifier, rectified): ((any Rectifier)?, [ValueID]) = (nil, [])
            var bias: ValueID?
            if !fused.contains(upstream.node),
                let gradient = graph.nodes[upstream.node].operation as? any GradientOfUnaryOperation,
                let function = gradient.function as? any Rectifier
            {
                let operands = graph.nodes[upstream.node].operands
                (rectifier, rectified, addends) = (function, [operands[0]], [operands[1]])
                members.insert(upstream.node)
                reader = upstream.node
                bias = graph.biasOfResult(operands[0], rectifiedBy: function, from: node, normalization)
            }
            // A sum with other readers can still be a result, unless the rectified gradient is the result.
            let sum = addends[0]
            if !fused.contains(sum.node), graph.nodes[sum.node].operation is Addition,
                graph.nodes[sum.node].operands.allSatisfy({ graph.type(of: $0) == graph.type(of: sum) }),
                rectifier == nil || onlyReaders[sum] == reader
            {
                addends = graph.nodes[sum.node].operands
                members.insert(sum.node)
            }
            guard members.count > 1 else { continue }
            fused.formUnion(members)
            let givesUpstream = onlyReaders[upstream] != index
            fusions.append(
                Fusion(
                    members: members,
                    operation: FusedBatchNormalizationGradient(
                        epsilon: normalization.epsilon, rectifier: rectifier, recomputesResult: bias != nil,
                        addsUpstream: addends.count == 2, givesUpstream: givesUpstream),
                    operands: node.operands[..<4] + (bias.map { [$0] } ?? rectified) + addends,
                    results: node.results.indices.map { ValueID(node: index, result: $0) }
                        + (givesUpstream ? [upstream] : []),
                    location: node.location))
        }
        return try graph.fusing(fusions, for: capabilities)
    }
}

extension Graph {
    /// The bias needed to recompute a value from the operands of a normalization's gradient; nil where those are not
    /// enough.
    fileprivate func biasOfResult(
        _ value: ValueID, rectifiedBy rectifier: any Rectifier, from gradient: Node,
        _ normalization: BatchNormalizationGradient
    ) -> ValueID? {
        let node = nodes[value.node]
        guard let forward = node.operation as? FusedBatchNormalization, value.result == 0, !forward.addsResidual,
            forward.activation == FusedActivation(rectifier), forward.epsilon == normalization.epsilon,
            node.operands[..<2] == gradient.operands[..<2],
            gradient.operands[2...3] == [
                ValueID(node: value.node, result: 1), ValueID(node: value.node, result: 2),
            ]
        else { return nil }
        return node.operands[2]
    }
}
