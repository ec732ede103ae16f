/// Options for opening a backend.
public struct BackendOptions: Sendable {
    /// The number of threads that compute; nil for the backend's choice.
    public var threads: Int?
    /// Options for choosing kernels.
    public var kernels: KernelOptions
    /// Whether the backward pass computes element-wise results again instead of keeping them, where the backend keeps them.
    public var recomputesActivations: Bool

    public init(
        threads: Int? = nil, kernels: KernelOptions = KernelOptions(), recomputesActivations: Bool = false
    ) {
        self.threads = threads
        self.kernels = kernels
        self.recomputesActivations = recomputesActivations
    }
}
