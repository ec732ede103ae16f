/// Options for choosing between kernels that compute the same.
public struct KernelOptions: Sendable {
    /// The rule for questions without a known choice.
    public var rule: KernelSelection.Rule
    /// The kernels of an earlier run, which are used whatever was measured: names by question, by machine.
    public var repeating: [String: [String: String]]
    /// The store of timed choices; nil where each process makes its own.
    public var store: (any KernelStore)?

    public init(
        _ rule: KernelSelection.Rule = .timed, repeating: [String: [String: String]] = [:],
        store: (any KernelStore)? = nil
    ) {
        self.rule = rule
        self.repeating = repeating
        self.store = store
    }

    /// By sizes only: the same on every machine and in every run.
    public static let fixed = KernelOptions(.fixed)
}
