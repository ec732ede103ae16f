/// Fuses a batch normalization, the addition of a tensor of the same shape and a rectifier into one
/// ``FusedBatchNormalization``, where no other node reads the values in between.
public struct FuseNormalizationEpilogue: Pass {
    public init() {}

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(BatchNormalization.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        var fusions: [Fusion] = []
        var fused: Set<Int> = []
        // Last to first: of two normalizations that are added, the later one finds the other's result in memory.
        for (index, node) in graph.nodes.enumerated().reversed() {
            guard let normalization = node.operation as? BatchNormalization else { continue }
            var members = [index]
            func reader() -> Int? {
                onlyReaders[ValueID(node: members[members.count - 1])].flatMap { fused.contains($0) ? nil : $0 }
            }
            var operation = FusedBatchNormalization(epsilon: normalization.epsilon)
            var operands = node.operands
            /// Fuses a node, if the backend runs the result.
            func draw(in next: Int, as longer: FusedBatchNormalization, _ longerOperands: [ValueID]) {
                guard capabilities.run(longer, on: graph.types(of: longerOperands)) else { return }
                (operation, operands) = (longer, longerOperands)
                members.append(next)
            }
            if let next = reader(), let residual = graph.equalAddend(of: next, besides: ValueID(node: index)) {
                draw(
                    in: next, as: FusedBatchNormalization(epsilon: normalization.epsilon, addsResidual: true),
                    node.operands + [residual])
            }
            if let next = reader(), let rectifier = graph.nodes[next].operation as? any Rectifier {
                draw(
                    in: next,
                    as: FusedBatchNormalization(
                        epsilon: normalization.epsilon, addsResidual: operation.addsResidual, rectifier: rectifier),
                    operands)
            }
            guard let last = members.last, last != index else { continue }
            fused.formUnion(members)
            fusions.append(
                Fusion(
                    members: Set(members), operation: operation, operands: operands,
                    results: [ValueID(node: last), ValueID(node: index, result: 1), ValueID(node: index, result: 2)],
                    location: node.location))
        }
        return try graph.fusing(fusions, for: capabilities)
    }
}
