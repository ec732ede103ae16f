/// Folds a ``BatchNormalizationInference`` into the convolution before it, where no other node reads the value in
/// between: with s = scale / √(σ² + ε), the filters become w·s and the bias (b − μ)·s + bias.
///
/// A ``NormalizationFolding`` computes the new filters from the old ones. A backend that computes values of weights
/// alone once, and not in every run, has no normalization left to do. In mixed precision the normalization reads the
/// convolution's result in a longer type: then the folding is in that type, from the filters before they were shortened.
public struct FoldBatchNormalization: Simplification {
    public init() {}

    /// The nodes that become one convolution.
    private struct Fold {
        let convolution: Int
        let normalization: Int
        /// The casts before and behind the normalization, each of which nothing else reads.
        var widening: Int?
        var narrowing: Int?

        /// The node whose result the convolution gives then.
        var last: Int { narrowing ?? normalization }
    }

    public func run(on graph: Graph) throws -> Graph {
        guard graph.contains(BatchNormalizationInference.self) else { return graph }
        let onlyReaders = graph.onlyReaders
        let folds = graph.nodes.indices.compactMap { fold(from: $0, of: graph, onlyReaders) }
        let byLast = Dictionary(uniqueKeysWithValues: folds.map { ($0.last, $0) })
        let left = Set(
            folds.flatMap { [$0.convolution, $0.normalization, $0.widening, $0.narrowing].compactMap(\.self) })

        var rewriter = GraphRewriter(graph)
        for index in graph.nodes.indices {
            if let fold = byLast[index] {
                rewriter.replace(ValueID(node: index), by: try result(of: fold, in: graph, &rewriter))
            } else if !left.contains(index) {
                rewriter.copy(index)
            }
        }
        return rewriter.finished()
    }

    private func fold(from index: Int, of graph: Graph, _ onlyReaders: [ValueID: Int]) -> Fold? {
        guard graph.nodes[index].operation is Convolution, let reader = onlyReaders[ValueID(node: index)] else {
            return nil
        }
        // The convolution's result is the normalization's x: the other operands have another rank.
        if graph.nodes[reader].operation is BatchNormalizationInference {
            return Fold(convolution: index, normalization: reader)
        }
        let type = graph.nodes[index].results[0].dataType
        guard let widening = graph.nodes[reader].operation as? Cast, widening.dataType.isLonger(than: type),
            let normalization = onlyReaders[ValueID(node: reader)],
            graph.nodes[normalization].operation is BatchNormalizationInference
        else { return nil }
        var fold = Fold(convolution: index, normalization: normalization, widening: reader)
        if let last = onlyReaders[ValueID(node: normalization)],
            (graph.nodes[last].operation as? Cast)?.dataType == type
        {
            fold.narrowing = last
        }
        return fold
    }

    private func result(of fold: Fold, in graph: Graph, _ rewriter: inout GraphRewriter) throws -> ValueID {
        let (convolution, normalization) = (graph.nodes[fold.convolution], graph.nodes[fold.normalization])
        guard let epsilon = (normalization.operation as? BatchNormalizationInference)?.epsilon else {
            preconditionFailure("only normalizations are folded")
        }
        let (narrow, wide) = (convolution.results[0].dataType, normalization.results[0].dataType)
        let own = try convolution.operands[1...].map {
            try widened($0, to: wide, in: graph, at: normalization.location, &rewriter)
        }
        let parameters = normalization.operands[1...].map(rewriter.moved)
        let folding = NormalizationFolding(epsilon: epsilon, hasBias: own.count == 2)
        let filters = try rewriter.add(
            folding, [own[0]] + parameters + own.dropFirst(), at: normalization.location)
        var weights = [filters, ValueID(node: filters.node, result: 1)]
        if narrow != wide {
            weights = try weights.map { try rewriter.add(Cast(to: narrow), $0, at: normalization.location) }
        }
        let result = try rewriter.add(
            convolution.operation, [rewriter.moved(convolution.operands[0])] + weights, at: convolution.location)
        guard narrow != wide, fold.narrowing == nil else { return result }
        return try rewriter.add(Cast(to: wide), result, at: normalization.location)
    }

    /// The value in a type: as it was before it was cast from that, or cast to it.
    private func widened(
        _ value: ValueID, to type: DataType, in graph: Graph, at location: Location, _ rewriter: inout GraphRewriter
    ) throws -> ValueID {
        if graph.type(of: value).dataType == type { return rewriter.moved(value) }
        let node = graph.nodes[value.node]
        if node.operation is Cast, graph.type(of: node.operands[0]).dataType == type {
            return rewriter.moved(node.operands[0])
        }
        return try rewriter.add(Cast(to: type), rewriter.moved(value), at: location)
    }
}

extension DataType {
    /// Whether the type is a floating-point type with more bits than another.
    fileprivate func isLonger(than other: DataType) -> Bool {
        isFloatingPoint && other.isFloatingPoint && byteCount > other.byteCount
    }
}
