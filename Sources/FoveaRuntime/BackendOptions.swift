/// Options for opening a backend.
public struct BackendOptions: Sendable {
    /// The number of threads that compute; nil for the backend's choice.
    public var threads: Int?
    /// Options for choosing kernels.
    public var kernels: KernelOptions

    public init(threads: Int? = nil, kernels: KernelOptions = KernelOptions()) {
        self.threads = threads
        self.kernels = kernels
    }
}
