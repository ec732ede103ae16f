public import FoveaGraph

extension CPUBackend {
    /// The passes for the processor, in order, each with its reason.
    public var pipeline: [any Pass] {
        Graph.simplifications + [
            DissolveConcatenations(joiningCost: 2),  // joining reads and writes all of it, and computes nothing
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
}
