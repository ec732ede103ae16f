import FoveaFoundation
public import FoveaGraph

/// How one long series is cut into windows.
public struct SlidingWindow: Hashable, Sendable {
    /// The number of steps of a window.
    public let length: Int
    /// The number of steps from the beginning of a window to that of the next.
    public let stride: Int

    /// - Parameter stride: by default half a window.
    /// - Throws: ``FoveaError`` when a number is less than 1.
    public init(length: Int, stride: Int? = nil) throws {
        (self.length, self.stride) = (length, stride ?? max(1, length / 2))
        guard length >= 1, length <= 1 << 24, self.stride >= 1, self.stride <= 1 << 24 else {
            throw FoveaError(
                .usage, "Windows cannot have \(length) steps and a stride of \(self.stride).",
                remedy: "Use at least 1 step for both, and at most \(1 << 24).")
        }
    }
}

/// The windows of one long series, which is held in memory. The class of a window is that of its last step.
///
/// Windows are divided by time: parts are stretches of the series, and a window that reaches from one into another belongs to none
/// (``SequenceSource/stretches``).
public struct WindowSet: SequenceSource {
    public let name: String
    public let classNames: [String]
    public let labels: [Int32]
    public let channels: Int
    /// The number of steps of the whole series.
    public let steps: Int
    public let window: SlidingWindow
    /// The line of each step in the file.
    private let lines: [Int]
    /// `[channel, step]`
    private let values: [Float]
    private let fingerprint: String

    /// - Parameters:
    ///   - labels: a class for each step, or none for any.
    ///   - lines: the line of each step in its file.
    /// - Throws: ``FoveaError`` when the series is shorter than a window.
    init(
        name: String, classNames: [String], stepLabels: [Int32], values: [Float], channels: Int, lines: [Int],
        window: SlidingWindow
    ) throws {
        (self.name, self.classNames, self.channels, self.window) = (name, classNames, channels, window)
        (self.values, self.lines, steps) = (values, lines, lines.count)
        guard steps >= window.length else {
            throw FoveaError(
                .badData, "A window has \(window.length) steps, and the whole series has \(steps).",
                remedy: "Use a shorter window, or a longer series.")
        }
        let count = (steps - window.length) / window.stride + 1
        labels =
            stepLabels.isEmpty ? [] : (0..<count).map { stepLabels[$0 * window.stride + window.length - 1] }
        var checksum = Checksum()
        // Safe: the buffer is borrowed for the length of the call.
        unsafe values.withUnsafeBytes { unsafe checksum.update(with: $0) }
        for label in stepLabels { checksum.update(withLittleEndian: label) }
        fingerprint = "crc32:\(checksum)-\(channels)-\(window.length)-\(window.stride)"
    }

    public var count: Int { (steps - window.length) / window.stride + 1 }
    public var knownLabels: [Int32]? { labels.isEmpty ? nil : labels }
    public var knownLengths: [Int]? { Array(repeating: window.length, count: count) }
    public var identity: String? { fingerprint }
    public var exampleTypes: [String: TensorType] { example(at: 0).types }

    public var stretches: [Range<Int>]? {
        (0..<count).map { $0 * window.stride..<$0 * window.stride + window.length }
    }

    /// The lines of a window in the file, the first and the last.
    public func lines(of index: Int) -> ClosedRange<Int> {
        let start = index * window.stride
        return lines[start]...max(lines[start], lines[start + window.length - 1])
    }

    public func example(at index: Int) -> Example {
        let (start, length) = (index * window.stride, window.length)
        let series = (0..<channels).flatMap { values[$0 * steps + start..<$0 * steps + start + length] }
        return Example(
            label: labels.isEmpty ? nil : labels[index],
            values: [
                Batch.sequencesName: tensor(Shape([channels, length]), series[...]),
                Batch.lengthsName: Tensor(repeating: Double(length), TensorType([], .int32)),
            ])
    }
}
