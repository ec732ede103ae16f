/// A hand-written kernel for a convolution or one of its gradients, in the layouts that oneDNN's kernels use: a candidate
/// beside them.
protocol HandWrittenConvolution {
    /// For reports and choices: ``winograd 4×4``.
    var name: String { get }
    /// Whether NaN or an infinity may come out as another number.
    var mayMistakeNonFinite: Bool { get }

    /// The results of a node that is a convolution or one of its gradients.
    ///
    /// - Parameter residual: the operand that is added to the result.
    func results(of node: NodeLowering, adding residual: Int?) throws -> [Stored]

    /// The kernel as a candidate for timing.
    func timed() throws -> KernelTimer.Candidate
}
