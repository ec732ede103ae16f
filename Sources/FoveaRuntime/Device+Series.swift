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
    /// Where runs return before they end (``BackendProfile/isAsynchronous``), each is started before the outputs of the one
    /// before it are kept, and its time is that since these were kept.
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
        // Where runs return before they end, the one that was started last.
        var started: (number: Int, outputs: [any DeviceValue])?
        let begin = clock.now
        var mark = begin
        func end(_ number: Int, _ outputs: [any DeviceValue]) throws {
            let kept = try keep(number, outputs)
            let now = clock.now
            runs.append(TimedRun(duration: mark.duration(to: now), kept: kept))
            mark = now
        }
        var count = 0
        while !length.isReached(by: count, after: begin.duration(to: clock.now)) {
            let given = try inputs(count)
            if started == nil { mark = clock.now }
            let outputs = try program.run(given)
            if let ended = started { try end(ended.number, ended.outputs) }
            if backend.profile.isAsynchronous {
                started = (count, outputs)
            } else {
                try end(count, outputs)
            }
            count += 1
        }
        if let started { try end(started.number, started.outputs) }
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
