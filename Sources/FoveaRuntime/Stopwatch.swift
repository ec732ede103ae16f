/// Sums the time of each step of a program over runs.
///
/// Not `Sendable`: it belongs to the thread that runs the program.
public final class Stopwatch {
    private var last = ContinuousClock.now
    private var position = 0
    /// The seconds of each step, summed over runs, in the order of ``Program/steps``.
    package private(set) var seconds: [Double]

    package init(steps: Int) { seconds = Array(repeating: 0, count: steps) }

    /// Starts a run: the next lap is the first step's.
    package func start() {
        position = 0
        last = .now
    }

    /// Records the end of a step that ran or was left out.
    public func lap() {
        let now = ContinuousClock.now
        let (seconds, attoseconds) = (now - last).components
        self.seconds[position] += Double(seconds) + Double(attoseconds) * 1e-18
        position += 1
        last = now
    }

    /// Discards the time since the last step, which belongs to none: copies between backends.
    package func skip() { last = .now }
}
