import Synchronization

/// Decides which of several kernels runs a node, and remembers the decision: the choices of one backend on one machine.
///
/// Kernels for the same node differ in speed by a factor of three, and the fastest depends on sizes and machine. They
/// also round differently: repeating a run bit for bit takes the same choices.
public final class KernelSelection: Sendable {
    /// The rule for kernels that are not known yet.
    public enum Rule: Sendable {
        /// By timing them once, when a program is compiled.
        case timed
        /// By sizes only: the same on every machine and in every run.
        case fixed
    }

    /// The choices known from earlier processes and from this one.
    private struct Memory {
        var choices: [String: KernelChoice]
        /// The questions that this process has timed the candidates for.
        var timed: Set<String> = []
        /// Those of them whose fastest kernels have been tried inside a program.
        var settled: Set<String> = []
        var used: [String: KernelChoice] = [:]
    }

    public let rule: Rule
    private let memory: Mutex<Memory>
    private let repeating: [String: String]
    private let onChange: (@Sendable ([String: KernelChoice]) -> Void)?
    /// Decides instead of the rule, for tests: the position by the candidates' names.
    private let pick: (@Sendable ([String]) -> Int)?

    /// - Parameters:
    ///   - remembered: choices of earlier processes, which are used unless they are doubtful.
    ///   - repeating: the kernels of an earlier run, which are used in any case, by question.
    ///   - onChange: called with the new choices after a compilation that had to make some.
    public init(
        _ rule: Rule = .timed, remembered: [String: KernelChoice] = [:], repeating: [String: String] = [:],
        onChange: (@Sendable ([String: KernelChoice]) -> Void)? = nil
    ) {
        self.rule = rule
        self.repeating = repeating
        self.onChange = onChange
        memory = Mutex(Memory(choices: remembered))
        pick = nil
    }

    /// The choices on a machine, from options and their store.
    ///
    /// - Parameter machine: everything that the speed of kernels depends on.
    public convenience init(_ options: KernelOptions, on machine: String) {
        let repeating = options.repeating[machine] ?? [:]
        guard options.rule == .timed, let store = options.store else {
            self.init(options.rule, repeating: repeating)
            return
        }
        self.init(.timed, remembered: store.choices(on: machine), repeating: repeating) { new in
            store.keep(new, on: machine)
        }
    }

    /// Takes the kernels that `pick` returns, for tests that cover all of them.
    package init(picking pick: @escaping @Sendable ([String]) -> Int) {
        rule = .fixed
        repeating = [:]
        onChange = nil
        memory = Mutex(Memory(choices: [:]))
        self.pick = pick
    }

    /// The same choices for a plan that is never run: unknown ones are decided by sizes, and nothing is remembered.
    public var untimed: KernelSelection {
        let known = memory.withLock { $0.choices.mapValues(\.kernel) }
        return KernelSelection(.fixed, repeating: known.merging(repeating) { $1 })
    }

    /// The choice and its rivals for each of these questions that this process has timed and not tried inside a program.
    public func contested(among questions: Set<String>) -> [String: [KernelCandidate]] {
        memory.withLock { memory in
            let open = questions.filter { memory.timed.contains($0) && !memory.settled.contains($0) }
            return Dictionary(
                uniqueKeysWithValues: open.compactMap { question in
                    guard repeating[question] == nil, let choice = memory.choices[question],
                        let chosen = choice.times.first(where: { $0.candidate.name == choice.kernel })?.candidate,
                        !choice.rivals.isEmpty
                    else { return nil }
                    return (question, [chosen] + choice.rivals)
                })
        }
    }

    /// The same choices but for some, by question, for a program that only serves to measure steps.
    public func replacing(_ kernels: [String: String]) -> KernelSelection {
        let known = memory.withLock { $0.choices.mapValues(\.kernel) }
        return KernelSelection(.fixed, repeating: known.merging(repeating) { $1 }.merging(kernels) { $1 })
    }

    /// Decides questions by the times of kernels inside a program, that of the chosen one first.
    ///
    /// - Returns: whether a choice has changed.
    public func settle(_ times: [String: [KernelTime]]) -> Bool {
        memory.withLock { memory in
            var hasChanged = false
            for (question, times) in times {
                guard let choice = memory.choices[question] else { continue }
                let settled = choice.settled(by: times)
                hasChanged = hasChanged || settled.kernel != choice.kernel
                memory.choices[question] = settled
                memory.settled.insert(question)
                memory.used[question] = memory.used[question].map { _ in settled }
            }
            return hasChanged
        }
    }

    /// The choices that compilations have used so far, by the question that they answer.
    public var choices: [String: KernelChoice] { memory.withLock { $0.used } }

    /// The kernel that must be used; nil where there is still a choice.
    public func known(_ question: String) -> String? {
        if pick != nil { return nil }
        if let repeated = repeating[question] { return repeated }
        return memory.withLock { memory in
            guard let choice = memory.choices[question] else { return nil }
            let isKept = rule == .fixed || !choice.isDoubtful || memory.timed.contains(question)
            return isKept ? choice.kernel : nil
        }
    }

    /// Uses kernels, by question, from now on, and counts them as used: those of results that are used again.
    ///
    /// - Returns: false where that is impossible, because others have been used or are to be repeated; then nothing changes.
    public func adopt(_ kernels: [String: String]) -> Bool {
        memory.withLock { memory in
            let isPossible = kernels.allSatisfy { question, kernel in
                (repeating[question] ?? kernel) == kernel && (memory.used[question]?.kernel ?? kernel) == kernel
            }
            guard isPossible else { return false }
            for (question, kernel) in kernels where memory.used[question] == nil {
                let known = memory.choices[question]
                let choice = known?.kernel == kernel ? known : nil
                memory.choices[question] = choice ?? KernelChoice(kernel: kernel)
                memory.used[question] = memory.choices[question]
                // As if this process had timed it: it is not timed again.
                memory.timed.insert(question)
            }
            return true
        }
    }

    /// The position of the kernel to use.
    ///
    /// - Parameters:
    ///   - question: the computation and its operands.
    ///   - candidates: at least one; those after the one that is ``known(_:)`` may be missing.
    ///   - preferred: the position that the fixed rule takes.
    ///   - measure: times the candidates until the contest is decided.
    public func choose(
        _ question: String, among candidates: [KernelCandidate], preferred: Int,
        measure: (inout KernelContest) throws -> Void
    ) rethrows -> Int {
        let known = known(question)
        var position = known.flatMap { known in candidates.firstIndex { $0.name == known } }
        if position == nil, rule == .timed, candidates.count > 1 {
            var contest = KernelContest(count: candidates.count)
            try measure(&contest)
            position = memory.withLock { memory in
                let choice = KernelChoice(contest, of: candidates, after: memory.choices[question])
                memory.choices[question] = choice
                memory.timed.insert(question)
                return candidates.firstIndex { $0.name == choice.kernel }
            }
        }
        let taken = pick?(candidates.map(\.name)) ?? position ?? preferred
        let chosen = candidates[taken]
        if candidates.count > 1 || known == chosen.name {
            memory.withLock { memory in
                let choice = memory.choices[question]
                memory.used[question] =
                    choice?.kernel == chosen.name ? choice : KernelChoice(kernel: chosen.name, threads: chosen.threads)
            }
        }
        return taken
    }

    /// Reports the choices made by timing during a compilation.
    public func reportingChanges<Result>(of compilation: () throws -> Result) rethrows -> Result {
        let before = memory.withLock { $0.choices }
        defer {
            let new = memory.withLock { $0.choices.filter { before[$0.key] != $0.value } }
            if !new.isEmpty { onChange?(new) }
        }
        return try compilation()
    }
}
