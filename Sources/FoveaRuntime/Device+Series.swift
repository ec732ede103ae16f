/// The length of a series of runs.
public enum SeriesLength: Hashable, Sendable {
    case runs(Int)
    /// As many runs as begin within this time, and at least `atLeast`.
    case about(Duration, atLeast: Int)
}

/// A run of a series: its duration, and the outputs kept.
public struct TimedRun<Kept: Sendable>: Sendable {
    public let duration: Duration
    public let kept: Kept
}

extension Device {
    /// Runs a program repeatedly without leaving the device's thread, and times each run.
    ///
    /// A run's time covers taking its inputs, computing, updating the state and reading the outputs that are kept. It
    /// excludes the way to the device's thread and back, which a single ``run(_:_:)`` pays.
    ///
    /// - Parameters:
    ///   - inputs: the inputs of a run, in the order of ``Program/inputs``, by the number of the run from 0; called
    ///     before the run's time begins.
    ///   - keep: the part of a run's outputs to keep, given its number and the outputs in order.
    /// - Throws: ``FoveaError`` when inputs are not those of the program; errors of the closures.
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
