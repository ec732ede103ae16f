import Synchronization

/// Decides which of several kernels runs a node, and remembers what it decided.
///
/// Kernels for the same node differ in speed by a factor of three, and which one wins depends on sizes and machine. They
/// also round differently: whoever needs the same bits again uses the same choices again.
public final class KernelSelection: Sendable {
    /// How to decide between kernels that are not known yet.
    public enum Rule: Sendable {
        /// By timing them once, when a program is compiled.
        case timed
        /// By sizes only: the same on every machine and in every run.
        case fixed
    }

    /// Raised when there are kernels that were not there before: what was remembered was chosen without them.
    static let revision = 2

    public let rule: Rule
    private let known: Mutex<[String: String]>
    private let used = Mutex<[String: String]>([:])
    private let onChange: (@Sendable ([String: String]) -> Void)?
    /// Decides instead of the rule, for tests: the position by the candidates' names.
    private let pick: (@Sendable ([String]) -> Int)?

    /// - Parameters:
    ///   - known: choices of earlier runs, which are kept to.
    ///   - onChange: called after a compilation that had to decide, with what it decided.
    public init(
        _ rule: Rule = .timed, known: [String: String] = [:],
        onChange: (@Sendable ([String: String]) -> Void)? = nil
    ) {
        self.rule = rule
        self.known = Mutex(known)
        self.onChange = onChange
        pick = nil
    }

    /// Takes the kernels that `pick` says, for tests that want to see them all.
    init(picking pick: @escaping @Sendable ([String]) -> Int) {
        rule = .fixed
        known = Mutex([:])
        onChange = nil
        self.pick = pick
    }

    /// The same choices for a plan that is never run: what is not known is decided by sizes, and nothing is remembered.
    var untimed: KernelSelection { KernelSelection(.fixed, known: known.withLock { $0 }) }

    /// The choices that compilations have used so far: the kernel's name by the question that it answers.
    public var choices: [String: String] { used.withLock { $0 } }

    /// The kernel that is kept to; nil where there is still a choice.
    func known(_ question: String) -> String? { pick == nil ? known.withLock { $0[question] } : nil }

    /// The position of the kernel to use.
    ///
    /// - Parameters:
    ///   - question: what is to be computed, on what.
    ///   - names: the candidates, at least one; those after the one that is ``known(_:)`` may be left out.
    ///   - preferred: the position that the fixed rule takes.
    ///   - times: measures the candidates, in order.
    func choose(_ question: String, among names: [String], preferred: Int, times: () throws -> [Double]) rethrows -> Int
    {
        let known = known(question)
        var position = known.flatMap(names.firstIndex(of:))
        if position == nil, rule == .timed, names.count > 1 {
            let times = try times()
            let fastest = times.indices.min { times[$0] < times[$1] } ?? preferred
            self.known.withLock { $0[question] = names[fastest] }
            position = fastest
        }
        let chosen = pick?(names) ?? position ?? preferred
        if names.count > 1 || known == names[chosen] { used.withLock { $0[question] = names[chosen] } }
        return chosen
    }

    /// Reports what was decided by timing between the two calls.
    func reportingChanges<Result>(of compilation: () throws -> Result) rethrows -> Result {
        let before = known.withLock { $0 }
        defer {
            let new = known.withLock { $0.filter { before[$0.key] != $0.value } }
            if !new.isEmpty { onChange?(new) }
        }
        return try compilation()
    }
}
