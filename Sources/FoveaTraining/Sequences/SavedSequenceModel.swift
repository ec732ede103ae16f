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
        self.loading = loading
        let problem = SequenceZoo.Problem(classes: model.classes, preparation)
        network = TracedNetwork(entry.make(problem, width: model.width), inputs: problem.inputs)
        architecture = entry.name
        classNames = model.classNames
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
        (self.preparation, loading) = (preparation, model.loading)
    }
}

extension SequenceZoo.Problem {
    /// The problem that prepared sequences pose.
    public init(classes: Int, _ preparation: SequencePreparation) {
        let answer: SequenceAnswer =
            switch preparation.question {
            case .itsClass: .classes(classes)
            case .numbers(let count): .numbers(count)
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
            question: SequenceQuestion(named: names.predicts, numbers: model.classes))
    }
}

extension SequenceQuestion {
    /// The name in `model.json`; nil for the class of a sequence.
    fileprivate var name: String? {
        switch self {
        case .itsClass: nil
        case .numbers: "numbers"
        case .stepClasses: "step-classes"
        case .nextToken: "next-token"
        }
    }

    /// - Throws: ``FoveaError`` when this version does not know the name.
    fileprivate init(named name: String?, numbers: Int) throws {
        let all: [SequenceQuestion] = [.itsClass, .numbers(numbers), .stepClasses, .nextToken]
        guard let found = all.first(where: { $0.name == name }) else {
            throw FoveaError(
                .badData, "The model of `model.json` predicts \(quoted(name ?? "")), which this version does not know.",
                remedy: "Use the version of Fovea that the run was made with.")
        }
        self = found
    }

    /// The names that a model's outputs have where its data gives none.
    fileprivate func outputNames(_ preparation: SequencePreparation, classNames: [String]) -> [String] {
        switch self {
        case .itsClass, .stepClasses: classNames
        case .numbers(let count): (1...max(1, count)).map { "number \($0)" }
        case .nextToken: (0..<(preparation.vocabulary?.count ?? 1)).map { "token \($0)" }
        }
    }

    /// The objective that a network which answers it is trained and measured by.
    ///
    /// - Parameter loss: that of a classifier.
    public func objective(_ loss: any Loss = CrossEntropyLoss()) -> any Objective {
        switch self {
        case .itsClass: Classification(loss)
        case .numbers: Regression()
        case .stepClasses, .nextToken: StepClassification()
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
    public init(
        _ entry: SequenceZoo.Entry, width: Int?, classNames: [String], preparation: SequencePreparation,
        permutationSeed: UInt64? = nil, window: SlidingWindow? = nil
    ) throws {
        try self.init(
            architecture: entry.name,
            classNames: preparation.question.outputNames(preparation, classNames: classNames),
            input: (preparation.channels.map { [$0] } ?? []) + [preparation.length],
            preprocessing: Preprocessing(
                mean: preparation.mean, standardDeviation: preparation.standardDeviation,
                sequences: Sequences(
                    missing: preparation.missing.rawValue, scaling: preparation.scaling.rawValue,
                    tokens: preparation.vocabulary.map { .init(kind: $0.kind.rawValue, vocabulary: $0.tokens) },
                    permutationSeed: permutationSeed,
                    window: window.map { .init(length: $0.length, stride: $0.stride) },
                    predicts: preparation.question.name)))
        self.width = width
    }
}

extension Predictor {
    /// Puts a network over sequences on a device.
    ///
    /// - Throws: ``FoveaError`` when the weights cannot be read, are not the network's, with all differences, or not finite.
    public init(_ saved: SavedSequenceModel, device: Device) async throws {
        let states = DeviceStates(on: device)
        self.init(
            saved.network, signature: try saved.network.signature,
            evaluation: EvaluationPrograms(saved.network, saved.preparation.question.objective(), sharing: states),
            sharing: states)
        let file = try SafetensorsFile(at: saved.weightsPath).tensors
        let source = quoted(saved.weightsPath)
        try await states.write(
            file.fitted(to: saved.network.parameters, source: source).map { (name: $0.key, tensor: $0.value) })
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
        var inputs: [String: Tensor] = [:]
        for name in signature.inputs.names { inputs[name] = try batch.value(named: name) }
        return try await self(inputs).tensor(GraphName.logits)
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
