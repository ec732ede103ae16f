/// A backend's account of itself and its machine.
public struct BackendProfile: Sendable {
    /// One line for people: library, version, instruction set.
    public let summary: String
    /// The number of threads that compute.
    public let threads: Int
    /// All that the speed of its kernels depends on, as a key for choices; empty where it has none to make.
    public let machine: String
    /// Which kernels run which nodes; nil where there is one kernel for everything.
    public let kernels: KernelSelection?
    /// Measures what the machine reaches at best, on the calling thread; nil where it is not known how.
    public let ceilings: (@Sendable () throws -> Ceilings)?

    public init(
        summary: String, threads: Int = 1, machine: String = "", kernels: KernelSelection? = nil,
        ceilings: (@Sendable () throws -> Ceilings)? = nil
    ) {
        self.summary = summary
        self.threads = threads
        self.machine = machine
        self.kernels = kernels
        self.ceilings = ceilings
    }
}
