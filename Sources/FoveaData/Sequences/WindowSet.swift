import FoveaFoundation
public import FoveaGraph

/// The windows of one long series, which is held in memory. The class of a window is that of its last step; where a forecast is asked
/// for, its answer are the steps after it.
///
/// Windows are divided by time: parts are stretches of the series, and a window that reaches from one into another, with the steps to
/// forecast, belongs to none (``SequenceSource/stretches``).
public struct WindowSet: SequenceSource {
    /// One long series, step by step.
    struct Series {
        var name: String
        /// `[channel, step]`
        var values: [Float]
        var channelNames: [String]
        /// The line of each step in its file.
        var lines: [Int]
        var classNames: [String] = []
        /// A class for each step, or none for any.
        var stepLabels: [Int32] = []
        /// Whether steps have labels that nothing asks for.
        var hasUnusedLabels = false
    }

    public let name: String
    public let classNames: [String]
    public let labels: [Int32]
    /// The names of the channels: those of the header, or `channel 1` and so on.
    public let channelNames: [String]?
    public let channels: Int
    /// The number of steps of the whole series.
    public let steps: Int
    public let window: SlidingWindow
    public let forecast: Forecast?
    /// The number of windows left out because a step to forecast is missing.
    let withoutAnswer: Int
    /// Whether the steps that are forecast are known.
    private let hasTargets: Bool
    /// The line of each step in the file.
    private let lines: [Int]
    /// `[channel, step]`
    private let values: [Float]
    /// The first step of each window.
    private let starts: [Int]
    private let fingerprint: String

    /// - Parameter hasTargets: whether each window has the steps to forecast after it; else the last one ends with the series.
    /// - Throws: ``FoveaError`` when the series is shorter than a window, or there is none whose answer is known.
    init(_ series: Series, _ window: SlidingWindow, _ forecast: Forecast? = nil, hasTargets: Bool = true) throws {
        let horizon = hasTargets ? forecast?.horizon ?? 0 : 0
        (name, values, lines) = (series.name, series.values, series.lines)
        (channelNames, channels) = (series.channelNames, series.channelNames.count)
        (self.window, self.forecast, self.hasTargets) = (window, forecast, hasTargets && forecast != nil)
        let steps = series.lines.count
        self.steps = steps
        let needed = saturatingSum(window.length, horizon)
        guard steps >= needed else {
            let forecast = horizon > 0 ? " with the \(horizon) to forecast \(needed)," : ""
            throw FoveaError(
                .badData, "A window has \(window.length) steps,\(forecast) and the whole series has \(steps).",
                remedy: "Use a shorter window\(horizon > 0 ? " or horizon" : ""), or a longer series.")
        }
        let first = hasTargets || forecast == nil ? 0 : (steps - needed) % window.stride
        let all = Array(stride(from: first, through: steps - needed, by: window.stride))
        starts = all.filter { start in
            let future = start + window.length..<start + window.length + horizon
            return !(forecast?.channels ?? []).contains { channel in
                future.contains { series.values[channel * steps + $0].isNaN }
            }
        }
        withoutAnswer = all.count - starts.count
        guard !starts.isEmpty else {
            throw FoveaError(
                .badData, "Of each window a step to forecast is missing.",
                remedy: "Forecast fewer steps, or a channel with fewer missing values.")
        }
        classNames = forecast == nil ? series.classNames : []
        labels =
            series.stepLabels.isEmpty || forecast != nil
            ? [] : starts.map { series.stepLabels[$0 + window.length - 1] }
        var checksum = Checksum()
        // Safe: the buffer is borrowed for the length of the call.
        unsafe values.withUnsafeBytes { unsafe checksum.update(with: $0) }
        for label in series.stepLabels { checksum.update(withLittleEndian: label) }
        let asked = forecast.map { "-\($0.horizon)-\($0.channels.map(String.init).joined(separator: "."))" } ?? ""
        fingerprint = "crc32:\(checksum)-\(series.channelNames.count)-\(window.length)-\(window.stride)\(asked)"
    }

    public var count: Int { starts.count }
    public var knownLabels: [Int32]? { labels.isEmpty ? nil : labels }
    public var knownLengths: [Int]? { Array(repeating: window.length, count: count) }
    public var identity: String? { fingerprint }
    public var exampleTypes: [String: TensorType] { example(at: 0).types }

    public var stretches: [Range<Int>]? {
        let reach = window.length + (hasTargets ? forecast?.horizon ?? 0 : 0)
        return starts.map { $0..<$0 + reach }
    }

    /// The lines of a window in the file, the first and the last.
    public func lines(of index: Int) -> ClosedRange<Int>? {
        let start = starts[index]
        return lines[start]...max(lines[start], lines[start + window.length - 1])
    }

    public func example(at index: Int) -> Example {
        let (start, length) = (starts[index], window.length)
        let series = (0..<channels).flatMap { values[$0 * steps + start..<$0 * steps + start + length] }
        var example = Example(
            label: labels.isEmpty ? nil : labels[index],
            values: [
                Batch.sequencesName: tensor(Shape([channels, length]), series[...]),
                Batch.lengthsName: Tensor(repeating: Double(length), TensorType([], .int32)),
            ])
        if hasTargets, let forecast {
            let end = start + length
            let numbers = forecast.channels.flatMap {
                values[$0 * steps + end..<$0 * steps + end + forecast.horizon]
            }
            example.values[Batch.targetsName] = tensor(Shape([forecast.count]), numbers[...])
        }
        return example
    }
}
