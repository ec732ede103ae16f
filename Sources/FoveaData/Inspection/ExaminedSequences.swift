import FoveaFoundation
import FoveaGraph

/// What an inspection finds in the sequences of one part.
struct ExaminedSequences {
    let summary: SequenceInspection.Part
    let channels: [SequenceInspection.Channel]
    /// Nil for series.
    let tokenCounts: TokenCounts?
    let digests: [ContentDigest?]
    /// The indices of series of which no channel changes.
    let constantSequences: [Int]
    private let source: any ExampleSource

    /// - Throws: ``FoveaError`` when an example cannot be read, or is no sequence.
    init(_ part: DataPart, _ source: any ExampleSource) throws {
        self.source = source
        digests = source.contentDigests
        var (lengths, constant, incomplete) = ([Int](), [Int](), 0)
        var ranges: [ChannelRange] = []
        var tokens = (source as? any SequenceSource)?.tokenKind.map { TokenCounts($0) }
        for index in 0..<source.count {
            try source.locatingErrors(ofExample: index) {
                let values = try source.example(at: index).values
                if let bytes = values[Batch.textName]?.elements(as: UInt8.self) {
                    let text = String(decoding: bytes, as: UTF8.self)
                    tokens?.add(text)
                    lengths.append(tokens?.kind.count(in: text) ?? bytes.count)
                    return
                }
                guard let sequence = values[Batch.sequencesName], sequence.shape.rank == 2,
                    let numbers = sequence.elements(as: Float.self)
                else {
                    throw FoveaError(.badData, "It is no sequence.", remedy: "Use data that has sequences.")
                }
                let (count, steps) = (sequence.shape[0], sequence.shape[1])
                lengths.append(steps)
                if ranges.isEmpty { ranges = Array(repeating: ChannelRange(), count: count) }
                guard ranges.count == count else {
                    throw FoveaError(
                        .badData, "It has \(count) channels.", remedy: "Give all series the same channels.")
                }
                var changes = false
                for channel in 0..<count {
                    let row = numbers[channel * steps..<(channel + 1) * steps]
                    ranges[channel].add(row)
                    changes = changes || Set(row.lazy.filter { !$0.isNaN }.prefix(steps)).count > 1
                }
                if !changes { constant.append(index) }
                if numbers.contains(where: \.isNaN) { incomplete += 1 }
            }
        }
        (tokenCounts, constantSequences) = (tokens, constant)
        channels = ranges.map(\.figures)
        var classCounts = [Int](repeating: 0, count: source.classNames.count)
        for label in source.knownLabels ?? [] { classCounts[Int(label)] += 1 }
        lengths.sort()
        summary = SequenceInspection.Part(
            part: part, count: source.count, classCounts: classCounts,
            lengths: .init(
                shortest: lengths.first ?? 0, median: lengths.isEmpty ? 0 : lengths[lengths.count / 2],
                longest: lengths.last ?? 0),
            missingValues: ranges.reduce(0) { $0 + $1.missing }, incomplete: incomplete)
    }

    /// `GunPoint_TRAIN.txt line 12`, or `train #11` where the sequence comes from no file.
    func name(of index: Int) -> String {
        let origins = (source as? SequenceSet)?.origins ?? (source as? TextSet)?.origins
        return origins?.text(index) ?? "\(summary.part.rawValue) #\(index)"
    }
}

/// Mean, deviation and extremes of a channel.
private struct ChannelRange {
    private var moments = SequenceMoments()
    private var (smallest, largest) = (Float.infinity, -Float.infinity)
    private(set) var missing = 0

    mutating func add(_ row: ArraySlice<Float>) {
        moments.add(row)
        for value in row {
            if value.isNaN {
                missing += 1
            } else {
                (smallest, largest) = (min(smallest, value), max(largest, value))
            }
        }
    }

    var figures: SequenceInspection.Channel {
        // All values may be missing.
        let isEmpty = smallest > largest
        return SequenceInspection.Channel(
            mean: moments.mean, deviation: smallest < largest ? moments.deviation : 0, smallest: isEmpty ? 0 : smallest,
            largest: isEmpty ? 0 : largest, missing: missing)
    }
}
