import FoveaFoundation
public import FoveaGraph

/// The conversion of a sequence to a network's input: what becomes of missing values, how numbers are scaled, and the number of
/// steps to which shorter sequences are padded with 0, on the right. It is saved with every model and is the last transform.
///
/// `sequences` becomes float32 `[inputChannels, length]`, or int32 `[length]` where steps are tokens; `lengths` stays. Classes of steps in
/// `targets` are padded likewise.
public struct SequencePreparation: Hashable, Sendable {
    /// The number of channels of a series as it is found; nil where steps are tokens.
    public let channels: Int?
    /// The number of steps of a network's input.
    public let length: Int
    public let missing: MissingValues
    public let scaling: SequenceScaling
    /// The mean of each channel over the known values of the training part; 0 where nothing needs it.
    public let mean: [Float]
    /// The standard deviation of each channel likewise, greater than 0; 1 for a channel whose values are all the same, and where
    /// nothing needs it.
    public let standardDeviation: [Float]
    /// The tokens of texts; nil for series, and where examples have numbers of tokens already.
    public let vocabulary: Vocabulary?
    /// What the network is asked. For the next token a text gets one more step, the padding's token 0, before the first: with it
    /// texts begin, and it is what follows the last.
    public let question: SequenceQuestion

    /// - Throws: ``FoveaError`` when there are no channels or steps, or the mean or deviation does not have one finite value for
    ///   each channel, the deviation's greater than 0.
    public init(
        channels: Int?, length: Int, missing: MissingValues = .refused, scaling: SequenceScaling = .none,
        mean: [Float]? = nil, standardDeviation: [Float]? = nil, vocabulary: Vocabulary? = nil,
        question: SequenceQuestion = .itsClass
    ) throws {
        guard length >= 1, (channels ?? 1) >= 1, (channels ?? 1) <= Shape.maximumElementCount / 2 / length else {
            throw FoveaError(
                .badData, "A model's sequences cannot have \(channels ?? 1) channels and \(length) steps.",
                remedy: "They have at least one of each.")
        }
        self.channels = channels
        (self.length, self.missing, self.scaling, self.vocabulary) = (length, missing, scaling, vocabulary)
        self.question = question
        self.mean = mean ?? Array(repeating: 0, count: channels ?? 0)
        self.standardDeviation = standardDeviation ?? Array(repeating: 1, count: channels ?? 0)
        guard self.mean.count == channels ?? 0, self.standardDeviation.count == channels ?? 0,
            self.mean.allSatisfy(\.isFinite), self.standardDeviation.allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw FoveaError(
                .badData,
                "The mean \(self.mean) and the standard deviation \(self.standardDeviation) do not have one value per channel "
                    + "(\(channels ?? 0)).",
                remedy: "Give one finite value for each channel, the deviation's greater than 0.")
        }
        guard channels != nil || (missing == .refused && scaling == .none) else {
            throw FoveaError(
                .usage, "Tokens are neither scaled nor missing.", remedy: "Leave out scaling and missing values.")
        }
        guard channels == nil || vocabulary == nil else {
            throw FoveaError(
                .usage, "Series of numbers have no vocabulary.", remedy: "Leave out the kind of tokens.")
        }
        if case .forecast(let forecast) = question {
            guard let channels, forecast.horizon >= 1, !forecast.channels.isEmpty,
                forecast.channels.allSatisfy((0..<channels).contains)
            else {
                throw FoveaError(
                    .badData, "\(forecast.horizon) steps of the channels \(forecast.channels) cannot be forecast.",
                    remedy: "Forecast at least one step, of channels that there are.")
            }
            guard scaling != .series else {
                throw FoveaError(
                    .usage, "A series that is scaled by its own mean has lost the level that is to be forecast.",
                    remedy: "Scale by channel, or not at all.")
            }
        }
        guard vocabulary != nil || question != .nextToken else {
            throw FoveaError(.usage, "Only texts have a next token.", remedy: "Use texts, or ask for something else.")
        }
    }

    /// The same with another number of steps.
    ///
    /// - Throws: ``FoveaError`` when it is less than 1 or too large.
    public func padding(to length: Int) throws -> SequencePreparation {
        try SequencePreparation(
            channels: channels, length: length, missing: missing, scaling: scaling, mean: mean,
            standardDeviation: standardDeviation, vocabulary: vocabulary, question: question)
    }

    /// The same for another question.
    ///
    /// - Throws: ``FoveaError`` when it is that for the next token and there are no texts.
    public func asking(_ question: SequenceQuestion) throws -> SequencePreparation {
        try SequencePreparation(
            channels: channels, length: length - self.question.addedSteps + question.addedSteps, missing: missing,
            scaling: scaling, mean: mean,
            standardDeviation: standardDeviation, vocabulary: vocabulary, question: question)
    }

    /// The number of channels of a network's input; nil where steps are tokens.
    public var inputChannels: Int? { channels.map { missing == .indicator ? 2 * $0 : $0 } }

    /// By what the numbers of a forecast are scaled, as the channels are that they belong to; nil where they are not.
    public var answerScale: AnswerScale? {
        guard case .forecast(let forecast) = question, scaling == .channel else { return nil }
        func each(_ figures: [Float]) -> [Float] {
            forecast.channels.flatMap { Array(repeating: figures[$0], count: forecast.horizon) }
        }
        return AnswerScale(mean: each(mean), deviation: each(standardDeviation))
    }

    /// The type of one sequence as a network's input.
    public var inputType: TensorType {
        inputChannels.map { .float32(Shape([$0, length])) } ?? TensorType(Shape([length]), .int32)
    }
}

extension SequencePreparation: Transform {
    /// - Throws: ``FoveaError`` when there is no sequence, when it has other channels or more steps than the network's, when its
    ///   number of steps is not that of its values, or when a value is missing and that is refused.
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        var example = try tokenized(example)
        let sequence = try fitting(example)
        let steps = sequence.shape.dimensions.last ?? 0
        if let channels {
            guard let values = sequence.elements(as: Float.self) else { preconditionFailure("a series has numbers") }
            example.values[Batch.sequencesName] = tensor(
                inputType.shape, try prepared(values, channels: channels, steps: steps)[...])
        } else {
            let tokens = sequence.elements(as: Int32.self) ?? []
            let padding = [Int32](repeating: 0, count: length - steps)
            example.values[Batch.sequencesName] = Tensor(integers: tokens + padding)
        }
        example.values[Batch.lengthsName] = Tensor(repeating: Double(steps), TensorType([], .int32))
        if let classes = example.values[Batch.targetsName]?.elements(as: Int32.self) {
            example.values[Batch.targetsName] = Tensor(
                integers: classes + [Int32](repeating: 0, count: max(0, length - classes.count)))
        }
        return example
    }

    /// The example with the numbers of its tokens in place of its text.
    private func tokenized(_ example: Example) throws -> Example {
        guard let vocabulary else {
            guard example.values[Batch.textName] == nil || example.values[Batch.sequencesName] != nil else {
                throw FoveaError(
                    .badData, "It is a text, the model was made for series of numbers.",
                    remedy: "Use series, or train a model on texts.")
            }
            return example
        }
        guard let bytes = example.values[Batch.textName]?.elements(as: UInt8.self) else {
            throw FoveaError(
                .badData, "It is no text, and the model was made for texts.",
                remedy: "Use texts, or train a model on series.")
        }
        let numbers = vocabulary.numbers(of: String(decoding: bytes, as: UTF8.self))
        guard !numbers.isEmpty else {
            throw FoveaError(
                .badData, "The text has no \(vocabulary.kind.rawValue).", remedy: "Leave out empty texts.")
        }
        var example = example
        example.values[Batch.textName] = nil
        guard question == .nextToken else {
            example.values[Batch.sequencesName] = Tensor(integers: numbers)
            return example
        }
        example.values[Batch.sequencesName] = Tensor(integers: [0] + numbers)
        example.values[Batch.targetsName] = Tensor(integers: numbers + [0])
        example.values[Batch.lengthsName] = nil
        // The class of a text is not asked for.
        example.label = nil
        return example
    }

    /// The sequence of an example, without steps beyond its length.
    private func fitting(_ example: Example) throws -> Tensor {
        guard let sequence = example.values[Batch.sequencesName] else {
            throw FoveaError(.badData, "It is no sequence.", remedy: "Use data that has sequences.")
        }
        let (rank, type): (Int, DataType) = channels == nil ? (1, .int32) : (2, .float32)
        guard sequence.dataType == type, sequence.shape.rank == rank else {
            let expected = channels.map { "series of \($0) channel\($0 == 1 ? "" : "s")" } ?? "tokens"
            throw FoveaError(
                .badData, "The sequence is \(sequence.type), the model was made for \(expected).",
                remedy: "Use data of that kind, or train a model on this one.")
        }
        if let channels, sequence.shape[0] != channels {
            throw FoveaError(
                .badData,
                "The series has \(sequence.shape[0]) channel\(sequence.shape[0] == 1 ? "" : "s"), the model was made for "
                    + "\(channels).", remedy: "Use series with the same channels, or train a model on these.")
        }
        let steps = sequence.shape[rank - 1]
        if let given = example.values[Batch.lengthsName]?.elements(as: Int32.self)?.first, Int(given) != steps {
            throw FoveaError(
                .badData, "The sequence has \(steps) steps, its length says \(given).",
                remedy: "Give its number of steps, from 1 on.")
        }
        guard 1...length ~= steps else {
            throw FoveaError(
                .badData,
                steps < 1
                    ? "The sequence is empty." : "The sequence has \(steps) steps, the model takes at most \(length).",
                remedy: steps < 1
                    ? "Leave it out." : "Shorten it or cut it into windows, or train a model for \(steps) steps.")
        }
        return sequence
    }

    /// The values of all input channels with padding.
    private func prepared(_ values: [Float], channels: Int, steps: Int) throws -> [Float] {
        var result = [Float](repeating: 0, count: inputType.shape.elementCount)
        for channel in 0..<channels {
            let row = values[channel * steps..<(channel + 1) * steps]
            let isIncomplete = row.contains { $0.isNaN }
            if isIncomplete, missing == .refused {
                let step = (row.firstIndex { $0.isNaN } ?? row.startIndex) - row.startIndex
                throw FoveaError(
                    .badData, "Value \(step + 1)\(channels > 1 ? " of channel \(channel + 1)" : "") is missing.",
                    remedy: "Choose how missing values are filled: `linear`, `zero` or `indicator`.")
            }
            let filled = isIncomplete && missing == .linear ? interpolated(row, else: mean[channel]) : Array(row)
            let (center, deviation) = scale(of: channel, filled)
            for (step, value) in filled.enumerated() where !value.isNaN {
                result[channel * length + step] = (value - center) / deviation
            }
            if missing == .indicator {
                for (step, value) in row.enumerated() where value.isNaN {
                    result[(channels + channel) * length + step] = 1
                }
            }
        }
        return result
    }

    private func scale(of channel: Int, _ row: [Float]) -> (mean: Float, deviation: Float) {
        switch scaling {
        case .none: return (0, 1)
        case .channel: return (mean[channel], standardDeviation[channel])
        case .series:
            var moments = SequenceMoments()
            moments.add(row)
            return (moments.mean, moments.deviation)
        }
    }

    /// Straight lines between known values; the nearest one at the ends; `value` where none is known.
    private func interpolated(_ row: ArraySlice<Float>, else value: Float) -> [Float] {
        var filled = Array(row)
        let known = filled.indices.filter { !filled[$0].isNaN }
        guard let first = known.first, let last = known.last else {
            return Array(repeating: value, count: filled.count)
        }
        for step in 0..<first { filled[step] = filled[first] }
        for step in last..<filled.count { filled[step] = filled[last] }
        for (before, after) in zip(known, known.dropFirst()) where after > before + 1 {
            let (start, change) = (Double(filled[before]), Double(filled[after]) - Double(filled[before]))
            for step in before + 1..<after {
                filled[step] = Float(start + change * Double(step - before) / Double(after - before))
            }
        }
        return filled
    }
}
