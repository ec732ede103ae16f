import FoveaFoundation
import FoveaGraph

/// The distribution of a program's time over its steps, beside the time that the machine's ceilings allow.
public struct Explanation: Sendable {
    /// A step with its mean time in seconds.
    public struct Line: Sendable {
        public let step: ExecutableStep
        public let seconds: Double
        /// The roofline, ``Ceilings/leastSeconds(of:)``; nil where the ceilings are not known.
        public let leastSeconds: Double?

        /// Floating-point operations per second by the operation's definition: above the machine's where an algorithm,
        /// such as Winograd's, needs fewer.
        public var operationsPerSecond: Double { 2 * Double(step.multiplyAdds) / seconds }
        /// Bytes read and written per second.
        public var bytesPerSecond: Double { Double(step.byteCount) / seconds }
        /// The time at the roofline ÷ the real one.
        public var efficiency: Double? { leastSeconds.map { $0 / max(seconds, .leastNormalMagnitude) } }
    }

    /// The steps of one operation together.
    public struct Total: Sendable {
        public let operation: String
        public let steps: Int
        public let seconds: Double
        public let leastSeconds: Double?

        public var efficiency: Double? { leastSeconds.map { $0 / max(seconds, .leastNormalMagnitude) } }
        /// How much longer the steps take than at the roofline.
        public var lostSeconds: Double { seconds - (leastSeconds ?? 0) }
    }

    public let lines: [Line]
    /// Nil where they were not measured.
    public let ceilings: Ceilings?

    /// - Parameter measured: the steps in order, each with its mean time in seconds.
    public init(_ measured: [(step: ExecutableStep, seconds: Double)], ceilings: Ceilings?) {
        lines = measured.map { Line(step: $0, seconds: $1, leastSeconds: ceilings?.leastSeconds(of: $0)) }
        self.ceilings = ceilings
    }

    /// The time of all steps in seconds.
    public var seconds: Double { lines.reduce(0) { $0 + $1.seconds } }

    /// The time of all steps at the roofline in seconds; nil where the ceilings are not known.
    public var leastSeconds: Double? { ceilings == nil ? nil : lines.reduce(0) { $0 + ($1.leastSeconds ?? 0) } }

    /// The time of all steps at the roofline ÷ the real one.
    public var efficiency: Double? { leastSeconds.map { $0 / max(seconds, .leastNormalMagnitude) } }

    /// Each operation's steps together, those with the most lost time first.
    public var totals: [Total] {
        Dictionary(grouping: lines, by: \.step.operation)
            .map { operation, lines in
                Total(
                    operation: operation, steps: lines.count, seconds: lines.reduce(0) { $0 + $1.seconds },
                    leastSeconds: ceilings == nil ? nil : lines.reduce(0) { $0 + ($1.leastSeconds ?? 0) })
            }
            .sorted { ($1.lostSeconds, $0.operation) < ($0.lostSeconds, $1.operation) }
    }

    /// The lines as a table for display, followed by the time of each operation and the machine's ceilings.
    public var text: String {
        func milliseconds(_ seconds: Double?) -> String { seconds.map { ($0 * 1e3).text(digits: 3) } ?? "–" }
        func share(_ seconds: Double) -> String { (100 * seconds / max(self.seconds, 1e-12)).text(digits: 1) + " %" }
        func rate(_ perSecond: Double) -> String { (perSecond / 1e9).text(digits: 1) }
        func ratio(_ efficiency: Double?) -> String { efficiency?.text(digits: 2) ?? "–" }
        let steps = textTable(
            header: [
                "layer", "operation", "ms", "share", "roofline ms", "efficiency", "GFLOP/s", "GB/s", "device",
                "implementation",
            ],
            rows: lines.map { line in
                let isCounted = line.step.multiplyAdds > 0
                return [
                    line.step.path.isEmpty ? "–" : line.step.path, line.step.operation, milliseconds(line.seconds),
                    share(line.seconds), milliseconds(line.leastSeconds), ratio(line.efficiency),
                    isCounted ? rate(line.operationsPerSecond) : "–", rate(line.bytesPerSecond), line.step.device,
                    line.step.implementation,
                ]
            }, rightAligned: [2, 3, 4, 5, 6, 7])
        let operations = textTable(
            header: ["operation", "steps", "ms", "share", "roofline ms", "efficiency"],
            rows: totals.map {
                [
                    $0.operation, "\($0.steps)", milliseconds($0.seconds), share($0.seconds),
                    milliseconds($0.leastSeconds), ratio($0.efficiency),
                ]
            } + [
                ["all", "\(lines.count)", milliseconds(seconds), "", milliseconds(leastSeconds), ratio(efficiency)]
            ],
            rightAligned: [1, 2, 3, 4, 5])
        return [steps, operations, ceilings?.text].compactMap(\.self).joined(separator: "\n\n")
    }
}

extension Ceilings {
    /// A sentence for each ceiling, for display.
    public var text: String {
        func rate(_ perSecond: Double) -> String { (perSecond / 1e9).text(digits: 1) }
        let caches = bandwidths.dropLast().map { "\(rate($0.bytesPerSecond)) up to \(Self.size($0.byteCount))" }
        return """
            This machine reaches \(rate(operationsPerSecond)) GFLOP/s in registers and \(rate(bytesPerSecond)) GB/s \
            from memory\(caches.isEmpty ? "" : "; what fits in caches: " + caches.joined(separator: ", ")).
            Beginning a step on all threads and waiting for them takes \((synchronization * 1e6).text(digits: 2)) µs.
            """
    }

    private static func size(_ byteCount: Int) -> String {
        byteCount < 1 << 20 ? "\(byteCount >> 10) KiB" : "\(byteCount >> 20) MiB"
    }
}

extension Device {
    /// Runs a program several times without leaving the device's thread, and measures each of its steps.
    ///
    /// - Parameters:
    ///   - inputs: the inputs of a run, in the order of ``Program/inputs``, by the number of the run from 0.
    /// - Throws: ``FoveaError`` when the inputs are not those of the program; errors of the closure.
    public func explain(
        _ program: Program, runs: Int, inputs: @Sendable (_ number: Int) throws -> [any DeviceValue]
    ) throws -> Explanation {
        let stopwatch = Stopwatch(steps: program.steps.count)
        for number in 0..<runs { _ = try program.run(try inputs(number), stopwatch: stopwatch) }
        let measured = zip(program.steps, stopwatch.seconds).map { (step: $0, seconds: $1 / Double(max(1, runs))) }
        // The device's threads may be started only now.
        let ceilings = try withDenormalNumbers(asZero: true) { try backend.profile.ceilings?() }
        return Explanation(measured, ceilings: ceilings)
    }
}
