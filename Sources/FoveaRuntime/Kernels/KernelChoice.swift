/// A kernel that could be chosen.
public struct KernelCandidate: Hashable, Sendable {
    /// Distinguishes it from the other candidates for the same question.
    public let name: String
    /// The number of threads that run it.
    public let threads: Int

    public init(_ name: String, threads: Int) {
        self.name = name
        self.threads = threads
    }
}

/// The measured times of a kernel.
public struct KernelTime: Hashable, Sendable {
    public let candidate: KernelCandidate
    /// The shortest time in seconds.
    public let best: Double
    /// The longest time divided by the shortest.
    public let spread: Double

    public init(_ candidate: KernelCandidate, best: Double, spread: Double) {
        self.candidate = candidate
        self.best = best
        self.spread = spread
    }
}

/// The kernel that answers a question, and the reason for it.
public struct KernelChoice: Hashable, Sendable {
    /// A choice that stays disturbed is made this many times: then disturbance is the machine's normal state.
    private static let mostLooks = 3
    /// Likewise where the fastest were tried inside a program too, which disturbance confuses less.
    private static let mostLooksWithProgram = 2

    /// The name of the kernel.
    public let kernel: String
    /// The number of threads that run it; nil where that was not recorded.
    public let threads: Int?
    /// The measured times of each candidate; empty where nothing was measured.
    public let times: [KernelTime]
    /// The times of the fastest of them inside a program, between their neighbours, which decide where there are any.
    public let timesInProgram: [KernelTime]
    /// Whether the measured times may reflect the machine's other work more than the kernels.
    public let isDisturbed: Bool
    /// The number of times that the candidates were timed, each in another process.
    public let looks: Int

    /// - Parameter kernel: chosen by a rule, or by a file without further details.
    public init(kernel: String, threads: Int? = nil) {
        self.init(kernel: kernel, threads: threads, times: [], isDisturbed: false, looks: 0)
    }

    public init(
        kernel: String, threads: Int?, times: [KernelTime], timesInProgram: [KernelTime] = [], isDisturbed: Bool,
        looks: Int
    ) {
        self.kernel = kernel
        self.threads = threads
        self.times = times
        self.timesInProgram = timesInProgram
        self.isDisturbed = isDisturbed
        self.looks = looks
    }

    /// The choice that follows from a contest.
    ///
    /// - Parameter earlier: the choice of the question's last contest. Where both were disturbed, each candidate counts
    ///   by its shortest time of both.
    init(_ contest: KernelContest, of candidates: [KernelCandidate], after earlier: KernelChoice?) {
        var times = zip(candidates, contest.measured).map { KernelTime($0, best: $1.best, spread: $1.spread) }
        if contest.isDisturbed, let earlier {
            let before = Dictionary(earlier.times.map { ($0.candidate, $0) }) { first, _ in first }
            times = times.map { time in
                guard let old = before[time.candidate], old.best < time.best else { return time }
                return KernelTime(time.candidate, best: old.best, spread: max(old.spread, time.spread))
            }
        }
        let fastest = times.min { $0.best < $1.best }?.candidate ?? candidates[contest.winner]
        self.init(
            kernel: fastest.name, threads: fastest.threads, times: times, isDisturbed: contest.isDisturbed,
            looks: (earlier?.looks ?? 0) + 1)
    }

    /// Those that may be faster inside a program than the chosen one, the fastest first.
    var rivals: [KernelCandidate] {
        guard let best = times.map(\.best).min() else { return [] }
        return times.filter { $0.candidate.name != kernel && $0.best <= best * Self.close }
            .sorted { $0.best < $1.best }.map(\.candidate)
    }

    /// The choice that follows from times inside a program, that of the chosen kernel first.
    func settled(by timesInProgram: [KernelTime]) -> KernelChoice {
        let known = timesInProgram.first
        let fastest = timesInProgram.min { $0.best < $1.best }
        // Where it makes next to no difference, what was found alone stays.
        let isClear = (fastest?.best ?? 0) < (known?.best ?? 0) * Self.clear
        let winner = isClear ? fastest?.candidate : known?.candidate
        return KernelChoice(
            kernel: winner?.name ?? kernel, threads: winner?.threads ?? threads, times: times,
            timesInProgram: timesInProgram, isDisturbed: isDisturbed, looks: looks)
    }

    /// Multiple of the shortest time alone up to which a kernel is tried inside the program.
    private static let close = 1.5
    /// Multiple of the chosen kernel's time inside the program below which another takes its place.
    private static let clear = 0.97

    /// Whether a later process should time the candidates again: the times were disturbed, or there are none.
    public var isDoubtful: Bool {
        times.isEmpty || isDisturbed && looks < (timesInProgram.isEmpty ? Self.mostLooks : Self.mostLooksWithProgram)
    }
}
