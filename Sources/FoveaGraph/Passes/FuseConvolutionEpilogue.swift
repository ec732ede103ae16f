/// Fuses a convolution, the addition of a tensor of the same shape and an activation into one ``FusedConvolution``,
/// where no other node reads the values in between.
public struct FuseConvolutionEpilogue: Pass {
    public init() {}

    /// A convolution with the operations fused so far.
    private struct Chain {
        let node: Node
        let convolution: Convolution
        var residual: ValueID?
        var activation: FusedActivation?

        var operation: FusedConvolution {
            FusedConvolution(
                convolution, hasBias: node.operands.count == 3, addsResidual: residual != nil, activation: activation)
        }
        var operands: [ValueID] { node.operands + (residual.map { [$0] } ?? []) }
    }

    public func run(on graph: Graph, for capabilities: Capabilities) throws -> Graph {
        guard graph.contains(Convolution.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        // Keyed by the last node of each chain, whose place the fused node takes.
        var chains: [Int: Chain] = [:]
        var absorbed: Set<Int> = []
        // Last to first: of two convolutions that are added, the later one finds the other's result in memory.
        for (index, node) in graph.nodes.enumerated().reversed() {
            guard let convolution = node.operation as? Convolution else { continue }
            var chain = Chain(node: node, convolution: convolution)
            var last = index
            /// Fuses a reader of the chain, if the backend runs the longer chain.
            func draw(in reader: Int, _ change: (inout Chain) -> Void) {
                var longer = chain
                change(&longer)
                guard capabilities.run(longer.operation, on: graph.types(of: longer.operands)) else { return }
                chain = longer
                absorbed.insert(last)
                last = reader
            }
            func reader() -> Int? {
                onlyReaders[ValueID(node: last)].flatMap { absorbed.contains($0) || chains[$0] != nil ? nil : $0 }
            }
            if let reader = reader(), let residual = graph.equalAddend(of: reader, besides: ValueID(node: last)) {
                draw(in: reader) { $0.residual = residual }
            }
            if let reader = reader(), let activation = graph.nodes[reader].operation as? any Activation {
                draw(in: reader) { $0.activation = FusedActivation(activation) }
            }
            if last != index { chains[last] = chain }
        }

        var rewriter = GraphRewriter(graph)
        for index in graph.nodes.indices where !absorbed.contains(index) {
            guard let chain = chains[index] else {
                rewriter.copy(index)
                continue
            }
            let result = try rewriter.add(
                chain.operation, chain.operands.map(rewriter.moved), at: chain.node.location)
            rewriter.replace(ValueID(node: index), by: result)
        }
        return rewriter.finished()
    }
}
