/// Makes one ``FusedBatchNormalization`` of a batch normalization, the addition of a tensor of the same shape and a
/// rectifier, where nothing else reads what lies between them.
public struct FuseNormalizationEpilogue: Pass {
    public init() {}

    public func run(on graph: Graph) throws -> Graph {
        guard graph.contains(BatchNormalization.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        var fusions: [Fusion] = []
        var fused: Set<Int> = []
        // The last first: of two normalizations that are added, the later one finds the other's result in memory.
        for (index, node) in graph.nodes.enumerated().reversed() {
            guard let normalization = node.operation as? BatchNormalization else { continue }
            var members = [index]
            func reader() -> Int? {
                onlyReaders[ValueID(node: members[members.count - 1])].flatMap { fused.contains($0) ? nil : $0 }
            }
            var residual: ValueID?
            if let next = reader(), let other = graph.equalAddend(of: next, besides: ValueID(node: index)) {
                residual = other
                members.append(next)
            }
            let rectifier = reader().flatMap { graph.nodes[$0].operation as? any Rectifier }
            if rectifier != nil, let next = reader() { members.append(next) }
            guard let last = members.last, last != index else { continue }
            fused.formUnion(members)
            fusions.append(
                Fusion(
                    members: Set(members),
                    operation: FusedBatchNormalization(
                        epsilon: normalization.epsilon, addsResidual: residual != nil, rectifier: rectifier),
                    operands: node.operands + (residual.map { [$0] } ?? []),
                    results: [ValueID(node: last), ValueID(node: index, result: 1), ValueID(node: index, result: 2)],
                    location: node.location))
        }
        return try graph.fusing(fusions)
    }
}
