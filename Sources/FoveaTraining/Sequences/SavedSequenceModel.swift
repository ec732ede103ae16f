public import FoveaData
public import FoveaFormats
import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import FoveaRuntime

/// A network over sequences with trained weights, and everything else needed to use it.
public struct SavedSequenceModel: Sendable {
    /// The name of the network in the zoo.
    public let architecture: String
    public let network: TracedNetwork
    /// The names of the classes, in the order of the network's outputs.
    public let classNames: [String]
    public let preparation: SequencePreparation
    /// How the data were loaded that it was trained on.
    public let loading: SequenceOptions
    /// The names of the channels that are forecast; empty where none are.
    public let forecastNames: [String]
    /// The file that the weights come from.
    public let weightsPath: String

    /// The model of a run folder.
    ///
    /// - Parameter weightsPath: other weights than the run's best.
    /// - Throws: ``FoveaError`` when the folder's model is invalid, or no network over sequences.
    public init(_ folder: RunFolder, weightsPath: String? = nil) throws {
        let model = folder.model
        guard model.preprocessing.sequences != nil, let entry = SequenceZoo.entry(named: model.architecture) else {
            throw FoveaError(
                .usage,
                "The run \(quoted(folder.path)) is of `\(model.architecture)`, which is no network over sequences.",
                remedy: "Use a run that was trained on sequences.")
        }
        preparation = try SequencePreparation(model)
        var loading = SequenceOptions(
            // A model of a language takes texts of any class.
            classes: preparation.question == .nextToken
                ? nil : ClassesFile(names: model.classNames, source: "the model"), missing: preparation.missing,
            tokens: preparation.vocabulary?.kind ?? .characters)
        loading.permutationSeed = model.preprocessing.sequences?.permutationSeed ?? 0
        loading.window = try model.preprocessing.sequences?.window.map {
            try SlidingWindow(length: $0.length, stride: $0.stride)
        }
        if case .forecast(let forecast) = preparation.question {
            loading.horizon = forecast.horizon
            loading.forecastChannels = .indices(forecast.channels)
        }
        self.loading = loading
        let problem = try SequenceZoo.Problem(classes: model.classes, preparation)
        network = TracedNetwork(entry.make(problem, width: model.width), inputs: problem.inputs)
        architecture = entry.name
        classNames = model.classNames
        forecastNames = model.preprocessing.sequences?.forecast?.names ?? []
        self.weightsPath = weightsPath ?? folder.weightsPath()
    }
}

extension SavedSequenceModel {
    /// The same model for sequences of so many steps, where that is more than it was trained for.
    ///
    /// - Throws: ``FoveaError`` when there would be too many.
    public func taking(steps: Int) throws -> SavedSequenceModel {
        let needed = saturatingSum(steps, preparation.question.addedSteps)
        guard needed > preparation.length else { return self }
        let longer = try preparation.padding(to: needed)
        return SavedSequenceModel(self, longer)
    }

    private init(_ model: SavedSequenceModel, _ preparation: SequencePreparation) {
        var inputs = model.network.inputs
        inputs.set(GraphName.sequences, to: preparation.inputType)
        network = TracedNetwork(model.network.network, inputs: inputs)
        (architecture, classNames, weightsPath) = (model.architecture, model.classNames, model.weightsPath)
        (self.preparation, loading, forecastNames) = (preparation, model.loading, model.forecastNames)
    }
}

extension SequenceZoo.Problem {
    /// The problem that prepared sequences pose.
    ///
    /// - Throws: ``FoveaError`` when the numbers of a forecast cannot be scaled.
    public init(classes: Int, _ preparation: SequencePreparation) throws {
        let answer: SequenceAnswer =
            switch preparation.question {
            case .itsClass: .classes(classes)
            case .numbers(let count): .numbers(count)
            case .forecast(let forecast): .numbers(forecast.count, scale: try preparation.numberScale)
            case .stepClasses: .stepClasses(classes)
            case .nextToken: .stepClasses(preparation.vocabulary?.count ?? classes)
            }
        self.init(
            answer, channels: preparation.inputChannels, steps: preparation.length,
            tokens: preparation.vocabulary?.count)
    }
}

extension SequencePreparation {
    /// The preparation of a saved model.
    ///
    /// - Throws: ``FoveaError`` when it names a treatment that this version does not know.
    fileprivate init(_ model: ModelDescription) throws {
        let stored = model.preprocessing
        guard let names = stored.sequences, let missing = MissingValues(rawValue: names.missing),
            let scaling = SequenceScaling(rawValue: names.scaling)
        else {
            throw FoveaError(
                .badData, "The preprocessing of `model.json` has a treatment that this version does not know.",
                remedy: "Use the version of Fovea that the run was made with.")
        }
        try self.init(
            channels: model.input.count == 2 ? model.input[0] : nil, length: model.input[model.input.count - 1],
            missing: missing, scaling: scaling, mean: stored.mean, standardDeviation: stored.standardDeviation,
            vocabulary: names.tokens.map { try Vocabulary($0) },
            question: SequenceQuestion(names, numbers: model.classes))
    }

    /// What the numbers of a forecast are scaled by; nil where they are not.
    fileprivate var numberScale: NumberScale? {
        get throws { try answerScale.map { try NumberScale(mean: $0.mean, deviation: $0.deviation) } }
    }

    /// The objective that a network which answers the question is trained and measured by.
    ///
    /// - Parameter loss: that of a classifier.
    /// - Throws: ``FoveaError`` when the numbers of a forecast cannot be scaled.
    public func objective(_ loss: any Loss = CrossEntropyLoss()) throws -> any Objective {
        switch question {
        case .itsClass: Classification(loss)
        case .numbers: Regression()
        case .forecast: Regression(scale: try numberScale)
        case .stepClasses, .nextToken: StepClassification()
        }
    }
}

extension SequenceQuestion {
    /// The name in `model.json`; nil for the class of a sequence.
    fileprivate var name: String? {
        switch self {
        case .itsClass: nil
        case .numbers: "numbers"
        case .forecast: "forecast"
        case .stepClasses: "step-classes"
        case .nextToken: "next-token"
        }
    }

    /// - Throws: ``FoveaError`` when this version does not know the name.
    fileprivate init(_ stored: ModelDescription.Sequences, numbers: Int) throws {
        var all: [SequenceQuestion] = [.itsClass, .numbers(numbers), .stepClasses, .nextToken]
        if let forecast = stored.forecast {
            guard saturatingProduct(forecast.channels.count, forecast.horizon) == numbers else {
                throw FoveaError(
                    .badData,
                    "The forecast of `model.json` has \(forecast.channels.count) channels and \(forecast.horizon) steps, "
                        + "and the model \(numbers) outputs.", remedy: "Copy the run folder again.")
            }
            all.append(.forecast(Forecast(channels: forecast.channels, horizon: forecast.horizon)))
        }
        guard let found = all.first(where: { $0.name == stored.predicts }) else {
            throw FoveaError(
                .badData,
                "The model of `model.json` predicts \(quoted(stored.predicts ?? "")), which this version does not know.",
                remedy: "Use the version of Fovea that the run was made with.")
        }
        self = found
    }

    /// The names that a model's outputs have where its data gives none.
    fileprivate func outputNames(
        _ preparation: SequencePreparation, classNames: [String], channelNames: [String]
    ) -> [String] {
        switch self {
        case .forecast(let forecast):
            forecast.channels.flatMap { channel in
                (1...max(1, forecast.horizon)).map { "\(channelNames[channel]) +\($0)" }
            }
        case .itsClass, .stepClasses: classNames
        case .numbers(let count): (1...max(1, count)).map { "number \($0)" }
        case .nextToken: (0..<(preparation.vocabulary?.count ?? 1)).map { "token \($0)" }
        }
    }
}

extension Vocabulary {
    /// - Throws: ``FoveaError`` when the tokens are of a kind that this version does not know.
    fileprivate init(_ stored: ModelDescription.Sequences.Tokens) throws {
        guard let kind = TokenKind(rawValue: stored.kind) else {
            throw FoveaError(
                .badData, "The preprocessing of `model.json` has tokens of the kind \(quoted(stored.kind)).",
                remedy: "Use the version of Fovea that the run was made with.")
        }
        try self.init(kind, tokens: stored.vocabulary)
    }
}

extension ModelDescription {
    /// The description that is saved for a network over sequences.
    ///
    /// - Parameter channelNames: those of a long series that is forecast.
    public init(
        _ entry: SequenceZoo.Entry, width: Int?, classNames: [String], preparation: SequencePreparation,
        permutationSeed: UInt64? = nil, window: SlidingWindow? = nil, channelNames: [String]? = nil
    ) throws {
        let names = channelNames ?? (0..<(preparation.channels ?? 0)).map { "channel \($0 + 1)" }
        var stored: Sequences.Forecast?
        if case .forecast(let forecast) = preparation.question {
            stored = .init(
                horizon: forecast.horizon, channels: forecast.channels, names: forecast.channels.map { names[$0] })
        }
        try self.init(
            architecture: entry.name,
            classNames: preparation.question.outputNames(
                preparation, classNames: classNames, channelNames: names),
            input: (preparation.channels.map { [$0] } ?? []) + [preparation.length],
            preprocessing: Preprocessing(
                mean: preparation.mean, standardDeviation: preparation.standardDeviation,
                sequences: Sequences(
                    missing: preparation.missing.rawValue, scaling: preparation.scaling.rawValue,
                    tokens: preparation.vocabulary.map { .init(kind: $0.kind.rawValue, vocabulary: $0.tokens) },
                    permutationSeed: permutationSeed,
                    window: window.map { .init(length: $0.length, stride: $0.stride) },
                    predicts: preparation.question.name, forecast: stored)))
        self.width = width
    }
}

extension Predictor {
    /// Puts a network over sequences on a device.
    ///
    /// - Throws: ``FoveaError`` when the weights cannot be read, are not the network's, with all differences, or not finite.
    public init(_ saved: SavedSequenceModel, device: Device) async throws {
        try await self.init(
            saved.network, weightsOf: saved, measuredBy: saved.preparation.objective(), on: device)
    }

    /// Puts a network with the weights of another one on a device.
    ///
    /// - Throws: as ``init(_:device:)``.
    init(
        _ network: TracedNetwork, weightsOf saved: SavedSequenceModel, measuredBy objective: (any Objective)? = nil,
        on device: Device
    ) async throws {
        let (network, states) = (try network.adapted(to: device), DeviceStates(on: device))
        self.init(
            network, signature: try network.signature,
            evaluation: objective.map { EvaluationPrograms(network, $0, sharing: states) }, sharing: states)
        let file = try SafetensorsFile(at: saved.weightsPath).tensors
        let source = quoted(saved.weightsPath)
        try await states.write(
            file.fitted(to: network.parameters, source: source).map { (name: $0.key, tensor: $0.value) })
        try expectNoneNonFinite(await states.nonFiniteNames(), source: source)
    }

    /// Loss, accuracy and confusion over sequences with classes.
    ///
    /// - Parameter transforms: applied to each example, in order; the preparation is the last.
    /// - Throws: ``FoveaError`` when the network has other classes or a result is not finite; with the name of the example when one
    ///   cannot be read or does not fit.
    public func classEvaluation(
        of source: any ExampleSource, transforms: [any Transform], batchSize: Int = 250
    ) async throws -> Evaluation {
        try source.expectClasses(signature.classCount)
        var figures = Evaluation(classNames: source.classNames)
        let loader = try DataLoader(
            source, transforms: transforms, batchSize: min(batchSize, max(1, source.count)),
            order: EpochOrder(seed: 0, isShuffled: false))
        for try await batch in loader {
            let labels = try batch.classIndices(for: signature.outputs, of: source.name)
            let logits = try await logits(of: batch)
            figures.add(logits: logits, labels: labels, loss: logits.crossEntropy(at: labels))
        }
        return figures
    }

    /// The network's logits for the sequences of a batch.
    ///
    /// - Throws: as ``callAsFunction(_:)``.
    public func logits(of batch: Batch) async throws -> Tensor {
        try await outputs(of: batch).tensor(GraphName.logits)
    }

    /// All outputs of the network for the sequences of a batch.
    ///
    /// - Throws: as ``callAsFunction(_:)``.
    public func outputs(of batch: Batch) async throws -> [String: Tensor] {
        var inputs: [String: Tensor] = [:]
        for name in signature.inputs.names { inputs[name] = try batch.value(named: name) }
        return try await self(inputs)
    }
}

extension Tensor {
    /// The mean of −log softmax(logits)[label] over rows of logits [N, classes].
    fileprivate func crossEntropy(at labels: [Int32]) -> Float {
        let (columns, elements) = (shape[1], doubles)
        let sum = labels.enumerated().reduce(0.0) { sum, label in
            let row = elements[label.offset * columns..<(label.offset + 1) * columns]
            let largest = row.max() ?? 0
            let normalizer = largest + log(row.reduce(0) { $0 + exp($1 - largest) })
            return sum + normalizer - row[row.startIndex + Int(label.element)]
        }
        return Float(sum / Double(max(1, labels.count)))
    }
}
