/// Finds the fastest of several kernels from times measured in succession.
///
/// The candidates take turns, so that a disturbance of the machine that lasts affects all of them. A disturbance only
/// lengthens a time: a candidate counts by its shortest. That is trusted for a candidate that is *steady*, with at
/// least half of its times near the shortest and not interrupted. While one is not, or the best are close, there are
/// more rounds; where they end first, the result is marked as disturbed.
public struct KernelContest: Sendable {
    /// Number of rounds in which every candidate that is not hopeless is timed.
    private static let leastRounds = 4
    /// Number of rounds where the two best are close.
    private static let roundsForClose = 8
    /// Largest number of rounds where a candidate is not steady.
    private static let mostRounds = 12
    /// Seconds of running kernels after which there are no more than the least rounds.
    private static let patience = 0.5
    /// Multiple of the best time beyond which a candidate is out after some rounds, if all are steady.
    private static let hopeless = 1.5
    private static let roundsForHopeless = 3
    /// Multiple of the best time below which the second is close.
    private static let close = 1.05
    /// Multiple of the shortest time up to which times count as near it.
    private static let height = 1.25

    /// The times of one candidate.
    private struct Times {
        var seconds: [Double] = []
        /// The number of them that were interrupted, by length.
        var interrupted: [Double] = []

        var best: Double { seconds.min() ?? .infinity }
        var spread: Double { (seconds.max() ?? 1) / max(best, .leastNormalMagnitude) }

        var isSteady: Bool {
            let limit = best * KernelContest.height
            let near = seconds.count { $0 <= limit } - interrupted.count { $0 <= limit }
            return near >= 2 && 2 * near >= seconds.count
        }
    }

    private var times: [Times]
    /// The candidates that are still timed.
    private var contenders: [Int]
    private var turn = 0
    private var rounds = 0
    private var seconds = 0.0
    private var isDecided = false

    /// - Parameter count: the number of candidates, at least one.
    public init(count: Int) {
        precondition(count > 0, "somebody takes part in a contest")
        times = Array(repeating: Times(), count: count)
        contenders = Array(0..<count)
    }

    /// The position of the candidate to be timed now; nil when the contest is decided.
    public var next: Int? { isDecided ? nil : contenders[turn] }

    /// Records the time of the candidate whose turn it was.
    ///
    /// - Parameter isInterrupted: whether the system is known to have stopped the process meanwhile.
    public mutating func record(seconds: Double, isInterrupted: Bool = false) {
        guard let candidate = next else { preconditionFailure("a contest that is decided takes no more times") }
        times[candidate].seconds.append(seconds)
        if isInterrupted { times[candidate].interrupted.append(seconds) }
        self.seconds += seconds
        turn += 1
        if turn == contenders.count { endRound() }
    }

    private mutating func endRound() {
        (turn, rounds) = (0, rounds + 1)
        let best = times[winner].best
        let isSteady = !isDisturbed
        // Where one is not steady, the steady ones may have been disturbed all the time.
        if isSteady, rounds >= Self.roundsForHopeless {
            contenders.removeAll { times[$0].best > best * Self.hopeless }
        }
        guard rounds >= Self.leastRounds else { return }
        let isClose = contenders.count { times[$0].best <= best * Self.close } > 1
        let wanted = !isSteady ? Self.mostRounds : isClose ? Self.roundsForClose : Self.leastRounds
        isDecided = rounds >= wanted || seconds >= Self.patience
    }

    /// The position of the fastest candidate so far.
    public var winner: Int { times.indices.min { times[$0].best < times[$1].best } ?? 0 }

    /// Whether a candidate that may be the fastest was not steady.
    public var isDisturbed: Bool { !contenders.allSatisfy { times[$0].isSteady } }

    /// The measured times of each candidate: the shortest time in seconds, and the longest as a multiple of it.
    public var measured: [(best: Double, spread: Double)] { times.map { ($0.best, $0.spread) } }
}
