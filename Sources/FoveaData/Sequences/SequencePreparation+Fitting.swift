import FoveaFoundation
import FoveaGraph

extension SequencePreparation {
    /// The channels and the longest sequence of the training part, and the mean and deviation of its channels where scaling or
    /// missing values need them.
    ///
    /// - Parameter length: the number of steps to pad to; by default that of the longest sequence of the training part.
    /// - Throws: ``FoveaError`` that names the example when one cannot be read, is no sequence, has other channels than the first,
    ///   or is longer than `length`; or when there are no examples, or tokens shall be scaled.
    public init(
        fittedTo training: any ExampleSource, length: Int? = nil, missing: MissingValues = .refused,
        scaling: SequenceScaling = .none
    ) throws {
        guard training.count > 0 else {
            throw FoveaError(.badData, "`\(training.name)` has no examples.", remedy: "Give it at least one.")
        }
        if let kind = try training.textTokens() {
            guard missing == .refused, scaling == .none else {
                throw FoveaError(
                    .usage, "Texts are neither scaled nor have missing values.",
                    remedy: "Leave out scaling and missing values.")
            }
            self = try Self(fittedToTexts: training, kind, length: length)
            return
        }
        let first = try training.locatingErrors(ofExample: 0) { try training.example(at: 0).sequence() }
        let channels = first.shape.rank == 2 ? first.shape[0] : nil
        var longest = (training as? any SequenceSource)?.knownLengths?.max()
        var moments = [SequenceMoments](repeating: SequenceMoments(), count: channels ?? 0)
        let question = try training.question
        var isForecast = false
        // The mean is what a forecast is compared with.
        if case .forecast = question { isForecast = true }
        let needsMoments = channels != nil && (scaling == .channel || missing == .linear || isForecast)
        if longest == nil || needsMoments {
            for index in 0..<training.count {
                try training.locatingErrors(ofExample: index) {
                    let sequence = try training.example(at: index).sequence()
                    longest = max(longest ?? 0, sequence.shape.dimensions.last ?? 0)
                    if needsMoments { try moments.add(sequence) }
                }
            }
        }
        try self.init(
            channels: channels, length: length ?? longest ?? 1, missing: missing, scaling: scaling,
            mean: needsMoments ? moments.map(\.mean) : nil,
            standardDeviation: needsMoments ? moments.map(\.deviation) : nil, question: question)
        try expectRoom(for: longest ?? 1, of: training)
    }

    /// The vocabulary and the longest text of the training part.
    private init(fittedToTexts training: any ExampleSource, _ kind: TokenKind, length: Int?) throws {
        var (counts, longest) = (TokenCounts(kind), 0)
        for index in 0..<training.count {
            try training.locatingErrors(ofExample: index) {
                let text = try training.example(at: index).text()
                counts.add(text)
                longest = max(longest, kind.count(in: text))
            }
        }
        try self.init(channels: nil, length: length ?? max(1, longest), vocabulary: counts.vocabulary())
        try expectRoom(for: longest, of: training)
    }

    private func expectRoom(for longest: Int, of training: any ExampleSource) throws {
        guard longest > length else { return }
        throw FoveaError(
            .usage, "The longest sequence of `\(training.name)` has \(longest) steps, more than \(length).",
            remedy: "Use at least \(longest) steps, or cut the sequences into windows.")
    }
}

extension ExampleSource {
    /// What the tokens of its texts are; nil where its examples are no texts.
    fileprivate func textTokens() throws -> TokenKind? {
        guard try exampleTypes[Batch.textName] != nil else { return nil }
        return (self as? any SequenceSource)?.tokenKind ?? .characters
    }
}

extension Example {
    fileprivate func text() throws -> String {
        guard let bytes = values[Batch.textName]?.elements(as: UInt8.self) else {
            throw FoveaError(.badData, "It is no text.", remedy: "Use data whose examples are all texts.")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Its sequence: float32 `[channels, steps]` or int32 `[steps]`.
    fileprivate func sequence() throws -> Tensor {
        guard let tensor = values[Batch.sequencesName],
            (tensor.shape.rank, tensor.dataType) == (2, .float32) || (tensor.shape.rank, tensor.dataType) == (1, .int32)
        else {
            throw FoveaError(.badData, "It is no sequence.", remedy: "Use data that has sequences.")
        }
        return tensor
    }
}

/// Mean and deviation of numbers that are added one by one, those that are missing left out.
struct SequenceMoments {
    private var count = 0.0
    private var average = 0.0
    /// The sum of squared differences from the mean (Welford, 1962).
    private var squares = 0.0

    mutating func add(_ values: some Sequence<Float>) {
        for value in values where !value.isNaN {
            count += 1
            let difference = Double(value) - average
            average += difference / count
            squares += difference * (Double(value) - average)
        }
    }

    var mean: Float { Float(average) }

    /// The standard deviation; 1 where all values are the same, so that division by it is possible.
    var deviation: Float {
        let deviation = count > 0 ? Float((squares / count).squareRoot()) : 0
        return deviation > 0 && deviation.isFinite ? deviation : 1
    }
}

extension [SequenceMoments] {
    /// Adds each channel of a series to its moments.
    fileprivate mutating func add(_ series: Tensor) throws {
        guard series.shape.rank == 2, series.shape[0] == count, let values = series.elements(as: Float.self) else {
            throw FoveaError(
                .badData, "The sequence is \(series.type), the first one has \(count) channels.",
                remedy: "Give all series the same channels.")
        }
        let steps = series.shape[1]
        for channel in indices { self[channel].add(values[channel * steps..<(channel + 1) * steps]) }
    }
}
