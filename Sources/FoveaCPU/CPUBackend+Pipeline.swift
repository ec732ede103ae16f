public import FoveaGraph

extension CPUBackend {
    /// The passes for the processor, in order, each with its reason.
    public var pipeline: [any Pass] {
        Graph.simplifications + [
            DissolveConcatenations(joiningCost: 2),  // joining reads and writes everything, and computes nothing
            TakeRectifierGradientsFromResults(),  // a rectifier's operand need not be kept, nor written at all
            FuseConvolutionEpilogue(),  // a sum and an activation cost nothing while the result is in registers
            FuseMatrixMultiplicationEpilogue(),  // the same for fully connected layers
            FuseLossGradient(),  // a loss and its gradient need the same exponentials
            FuseNormalizationEpilogue(),  // normalizing, adding and rectifying in one pass over memory instead of three
            FuseNormalizationGradient(),  // the same in reverse: one pass over memory instead of several
            RecomputeNormalizations(),  // a result that can be recomputed need not be kept for the backward pass
            RectifyPooledGradients(),  // those not fused into a normalization: pooled images are smaller
            JoinUpdates(),  // small parameters share one loop instead of starting one each
        ]
    }
}
