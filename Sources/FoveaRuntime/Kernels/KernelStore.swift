/// A store that keeps choices of kernels from process to process, by machine.
public protocol KernelStore: Sendable {
    /// The choices for a machine, by question; empty for an unknown machine.
    func choices(on machine: String) -> [String: KernelChoice]

    /// Keeps choices, replacing existing ones. Choices that cannot be kept are made again by the next process.
    func keep(_ choices: [String: KernelChoice], on machine: String)
}
