/// Where choices of kernels are kept from process to process, by machine.
public protocol KernelStore: Sendable {
    /// The choices for a machine, by question; empty for a machine that is not known.
    func choices(on machine: String) -> [String: KernelChoice]

    /// Keeps choices; one that is there already is replaced. What cannot be kept is chosen again by the next process.
    func keep(_ choices: [String: KernelChoice], on machine: String)
}
