/// A change of a graph that keeps what it computes.
///
/// Passes are one file each, named verb + object, and run in the one order that ``Graph/standardPasses`` shows.
public protocol Pass: Sendable {
    func run(on graph: Graph) throws -> Graph
}

extension Graph {
    /// The passes that every program runs, in order, each with its reason.
    public static var standardPasses: [any Pass] {
        [
            RemoveDeadNodes(),  // gradients and statistics that nobody reads cost time and memory
            FoldBatchNormalization(),  // with fixed statistics it is a linear function of the result, as convolution is
            FoldConstants(),  // what no run can change needs to be computed once only
            RemoveDeadNodes(),  // the constants that others were computed from
            DissolveConcatenations(),  // joining tensors moves memory and computes nothing
            TakeRectifierGradientsFromResults(),  // what a rectifier was given need not be kept, nor be written at all
            FuseConvolutionEpilogue(),  // a sum and an activation cost nothing while the result is in registers
            FuseMatrixMultiplicationEpilogue(),  // the same for fully connected layers
            FuseLossGradient(),  // a loss and its gradient need the same exponentials
            FuseNormalizationEpilogue(),  // normalizing, adding and rectifying in one pass over memory instead of three
            FuseNormalizationGradient(),  // the same backwards, where a pass more would read two tensors and write one
            RecomputeNormalizations(),  // what can be made again need not be kept for the backward pass
            RectifyPooledGradients(),  // what normalization did not draw in: pooled images are smaller
            JoinUpdates(),  // small parameters share one loop instead of starting one each
        ]
    }

    /// The graph after some passes, in order.
    public func optimized(by passes: [any Pass] = standardPasses) throws -> Graph {
        try passes.reduce(self) { graph, pass in try pass.run(on: graph) }
    }
}
