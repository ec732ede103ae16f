import FoveaFoundation
import FoveaGraph

/// The distribution of a program's time over its steps.
public struct Explanation: Sendable {
    /// A step with its mean time in seconds.
    public struct Line: Sendable {
        public let step: ExecutableStep
        public let seconds: Double

        /// Floating-point operations per second by the operation's definition: above the machine's where an algorithm,
        /// such as Winograd's, needs fewer.
        public var operationsPerSecond: Double { 2 * Double(step.multiplyAdds) / seconds }
        /// Bytes read and written per second.
        public var bytesPerSecond: Double { Double(step.byteCount) / seconds }
    }

    public let lines: [Line]
    /// Nil where they were not measured.
    public let ceilings: Ceilings?

    public init(lines: [Line], ceilings: Ceilings?) {
        self.lines = lines
        self.ceilings = ceilings
    }

    /// The time of all steps in seconds.
    public var seconds: Double { lines.reduce(0) { $0 + $1.seconds } }

    /// The lines as a table for display, followed by the time of each operation and the machine's ceilings.
    ///
    /// A step that multiplies and adds is compared with the machine's operations per second, any other with its bytes.
    public var text: String {
        func milliseconds(_ seconds: Double) -> String { (seconds * 1e3).text(digits: 3) }
        func share(_ seconds: Double) -> String { (100 * seconds / max(self.seconds, 1e-12)).text(digits: 1) + " %" }
        func rate(_ perSecond: Double) -> String { (perSecond / 1e9).text(digits: 1) }
        let steps = textTable(
            header: ["layer", "operation", "ms", "share", "GFLOP/s", "GB/s", "device", "implementation"],
            rows: lines.map { line in
                let isCounted = line.step.multiplyAdds > 0
                return [
                    line.step.path.isEmpty ? "–" : line.step.path, line.step.operation, milliseconds(line.seconds),
                    share(line.seconds), isCounted ? rate(line.operationsPerSecond) : "–",
                    rate(line.bytesPerSecond), line.step.device, line.step.implementation,
                ]
            }, rightAligned: [2, 3, 4, 5])
        let operations = textTable(
            header: ["operation", "steps", "ms", "share"],
            rows: totals.map { [$0.operation, "\($0.count)", milliseconds($0.seconds), share($0.seconds)] },
            rightAligned: [1, 2, 3])
        let machine = ceilings.map {
            "\n\nThis machine reaches \(rate($0.operationsPerSecond)) GFLOP/s in registers "
                + "and \(rate($0.bytesPerSecond)) GB/s from memory."
        }
        return "\(steps)\n\n\(operations)\(machine ?? "")"
    }

    /// The time of each operation, the longest first.
    private var totals: [(operation: String, count: Int, seconds: Double)] {
        Dictionary(grouping: lines, by: \.step.operation)
            .map { (operation: $0.key, count: $0.value.count, seconds: $0.value.reduce(0) { $0 + $1.seconds }) }
            .sorted { ($1.seconds, $0.operation) < ($0.seconds, $1.operation) }
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
        let lines = zip(program.steps, stopwatch.seconds).map { step, seconds in
            Explanation.Line(step: step, seconds: seconds / Double(max(1, runs)))
        }
        // The device's threads may be started only now.
        let ceilings = try withDenormalNumbers(asZero: true) { try backend.profile.ceilings?() }
        return Explanation(lines: lines, ceilings: ceilings)
    }
}
