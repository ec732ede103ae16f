public import FoveaGraph

/// A backend's description of itself and its machine.
public struct BackendProfile: Sendable {
    /// One line for display: library, version, instruction set.
    public let summary: String
    /// The number of threads that compute.
    public let threads: Int
    /// Everything that the speed of its kernels depends on, as a key for choices; empty where there are none to make.
    public let machine: String
    /// The choices of kernels; nil where there is one kernel for everything.
    public let kernels: KernelSelection?
    /// Measures the machine's peak speeds on the calling thread; nil where the backend has no such measurement.
    public let ceilings: (@Sendable () throws -> Ceilings)?
    /// The type that layers compute in where a network asks for no other than float32; parameters are float32.
    public let arithmetic: DataType
    /// Whether a run returns before it has ended: what the host does until the results are read costs no time.
    public let isAsynchronous: Bool

    public init(
        summary: String, threads: Int = 1, machine: String = "", kernels: KernelSelection? = nil,
        ceilings: (@Sendable () throws -> Ceilings)? = nil, arithmetic: DataType = .float32,
        isAsynchronous: Bool = false
    ) {
        self.summary = summary
        self.threads = threads
        self.machine = machine
        self.kernels = kernels
        self.ceilings = ceilings
        self.arithmetic = arithmetic
        self.isAsynchronous = isAsynchronous
    }
}
