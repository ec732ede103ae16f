/// The length of a series of runs.
public enum SeriesLength: Hashable, Sendable {
    case runs(Int)
    /// As many runs as begin within this time, and at least so many.
    case about(Duration, atLeast: Int)
}

/// A run of a series: how long it took, and what was kept of its outputs.
public struct TimedRun<Kept: Sendable>: Sendable {
    public let duration: Duration
    public let kept: Kept
}

extension Device {
    /// Runs a program again and again without leaving the device's thread, and times each run.
    ///
    /// A run's time is that of taking its inputs, computing, updating the state and reading what is kept of its outputs. It
    /// does not include the way to the device's thread and back, which a single ``run(_:_:)`` pays.
    ///
    /// - Parameters:
    ///   - inputs: what a run is given, in the order of ``Program/inputs``, by the number of the run from 0; called before
    ///     the run's time begins.
    ///   - keep: what to keep of a run's outputs, given its number and they in the order of ``Program/outputs``.
    /// - Throws: ``FoveaError`` when inputs are not those of the program; whatever the closures throw.
    public func series<Kept: Sendable>(
        of program: Program, _ length: SeriesLength, inputs: @Sendable (_ number: Int) throws -> [any DeviceValue],
        keeping keep: @Sendable (_ number: Int, _ outputs: [any DeviceValue]) throws -> Kept
    ) throws -> [TimedRun<Kept>] {
        let clock = ContinuousClock()
        var runs: [TimedRun<Kept>] = []
        let begin = clock.now
        while !length.isReached(by: runs.count, after: begin.duration(to: clock.now)) {
            let number = runs.count
            let given = try inputs(number)
            let start = clock.now
            let kept = try keep(number, try program.run(given))
            runs.append(TimedRun(duration: start.duration(to: clock.now), kept: kept))
        }
        return runs
    }
}

extension SeriesLength {
    fileprivate func isReached(by count: Int, after elapsed: Duration) -> Bool {
        switch self {
        case .runs(let limit): count >= limit
        case .about(let time, let minimum): count >= minimum && elapsed >= time
        }
    }
}
