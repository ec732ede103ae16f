/// Makes one ``FusedConvolution`` of a convolution, the addition of a tensor of the same shape and an activation, where
/// nothing else reads what lies between them.
public struct FuseConvolutionEpilogue: Pass {
    public init() {}

    /// A convolution with what follows it.
    private struct Chain {
        let convolution: Int
        var residual: ValueID?
        var activation: FusedActivation?
    }

    public func run(on graph: Graph) throws -> Graph {
        guard graph.contains(Convolution.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        // By the last node of each chain, whose place the fused node takes.
        var chains: [Int: Chain] = [:]
        var absorbed: Set<Int> = []
        // The last first: of two convolutions that are added, the later one finds the other's result in memory.
        for index in graph.nodes.indices.reversed() where graph.nodes[index].operation is Convolution {
            var chain = Chain(convolution: index)
            var last = index
            func reader() -> Int? {
                onlyReaders[ValueID(node: last)].flatMap { absorbed.contains($0) || chains[$0] != nil ? nil : $0 }
            }
            if let reader = reader(), let residual = graph.equalAddend(of: reader, besides: ValueID(node: last)) {
                chain.residual = residual
                absorbed.insert(last)
                last = reader
            }
            if let reader = reader(), let activation = graph.nodes[reader].operation as? any FusableActivation {
                chain.activation = FusedActivation(activation)
                absorbed.insert(last)
                last = reader
            }
            if last != index { chains[last] = chain }
        }

        var rewriter = GraphRewriter(graph)
        for index in graph.nodes.indices where !absorbed.contains(index) {
            guard let chain = chains[index] else {
                rewriter.copy(index)
                continue
            }
            let node = graph.nodes[chain.convolution]
            guard let convolution = node.operation as? Convolution else { preconditionFailure("chains begin with one") }
            let fused = FusedConvolution(
                convolution, hasBias: node.operands.count == 3, addsResidual: chain.residual != nil,
                activation: chain.activation)
            let operands = node.operands + (chain.residual.map { [$0] } ?? [])
            let result = try rewriter.add(fused, operands.map(rewriter.moved), at: node.location)
            rewriter.replace(ValueID(node: index), by: result)
        }
        return rewriter.finished()
    }
}
