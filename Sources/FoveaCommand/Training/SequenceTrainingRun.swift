import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// Everything that a run on sequences needs, checked before anything is written.
struct SequenceTrainingRun {
    let start: TrainingStart
    private let entry: SequenceZoo.Entry
    private let preparation: SequencePreparation
    private let trainer: Trainer
    private let fit: Fit
    private let options: Train
    private let description: RunDescription

    /// - Throws: ``FoveaError`` for the first thing that is wrong; cheap checks come first.
    init(_ options: Train, _ entry: SequenceZoo.Entry, command: [String]) async throws {
        (self.options, self.entry) = (options, entry)
        let optimizer = try options.optimizer.make(fallback: Train.defaultOptimizer)
        let loss = try options.training.makeLoss()
        var plan = try options.training.makePlan(seed: options.random.seed)
        plan.bucketing = options.sequences.bucketing
        try options.data.check()
        try options.sequences.check()
        try Self.refuseImageOptions(options)
        if let out = options.out { try RunFolder.expectFree(out) }
        let device = try options.device.open()
        let weights = try options.weights.map { try WeightsFile(at: $0) }

        let data = try options.data.loadSequences(
            options.sequences.preparation, seed: options.random.seed)
        let splits = data.splits
        for note in splits.notes { StandardError.notice("\(note)") }
        try plan.validate(for: splits.training)
        let fitted = try options.sequences.preparation.preparation(
            for: splits, isScaled: SequenceData.isScaled(options.data.data))
        preparation = options.sequences.nextToken ? try fitted.asking(.nextToken) : fitted
        if preparation.question != .itsClass, options.training.labelSmoothing != 0 {
            throw FoveaError(
                .usage, "--label-smoothing is for the class of a whole sequence.", remedy: "Leave it out.")
        }
        let problem = try SequenceZoo.Problem(classes: splits.training.classNames.count, preparation)
        let untraced = entry.make(problem, width: options.sequences.width)
        if preparation.question == .nextToken, !untraced.isCausal {
            throw FoveaError(
                .usage, "`\(entry.name)` reads the token that it is to predict: it looks ahead.",
                remedy: "Use `tcn`, `rnn`, `lstm` or `gru`.")
        }
        let network = TracedNetwork(untraced, inputs: problem.inputs)
        let parameters = try network.parameters
        let rule = UpdateRule(optimizer, clipNorm: options.sequences.clipNorm ?? 1)
        trainer = try await Trainer(
            network, objective: preparation.objective(loss), rule: rule, device: device,
            seed: options.random.seed,
            weights: try weights?.weights(for: parameters))
        fit = try trainer.fit(
            splits.training, validation: splits.validation, preprocessing: preparation, plan: plan,
            workers: options.loading.workers)
        try await fit.prepare()
        description = RunDescription(
            command: command, versions: Versions.libraries, seed: options.random.seed,
            dataFingerprint: try splits.training.fingerprint(),
            settings: options.settings(optimizer: optimizer, backend: device.backend, heldOut: data.heldOut)
                + [
                    ("width", .integer(options.sequences.width ?? entry.width)),
                    ("clip-norm", .number(options.sequences.clipNorm ?? 1)),
                    ("tokens", preparation.vocabulary.map { .string($0.kind.rawValue) } ?? .null),
                    ("bucketing", .boolean(options.sequences.bucketing)),
                    ("window", options.sequences.preparation.window.map(JSONValue.integer) ?? .null),
                    ("stride", options.sequences.preparation.stride.map(JSONValue.integer) ?? .null),
                    ("horizon", options.sequences.preparation.horizon.map(JSONValue.integer) ?? .null),
                    (
                        "forecast",
                        options.sequences.preparation.horizon == nil
                            ? .null : .array(options.sequences.preparation.forecast.map(JSONValue.string))
                    ),
                    ("missing", .string(preparation.missing.rawValue)),
                    ("scaling", .string(preparation.scaling.rawValue)),
                ])
        start = TrainingStart(
            model: entry.name, parameterCount: parameters.trainableCount, exampleNoun: "sequence",
            hasAccuracy: preparation.question.hasClasses, splits: splits,
            badFiles: BadFileRecord(.error, splits), lastBatch: fit.lastBatch, changes: Self.text(of: preparation),
            device: device, epochs: plan.epochs)
    }

    private static func text(of preparation: SequencePreparation) -> String {
        let channels = preparation.stepText
        return "steps   \(channels), padded to \(preparation.length.grouped) steps"
            + (preparation.channels == nil ? "" : ", scaled by \(preparation.scaling.rawValue)")
    }

    /// Throws for options that only trainings on images have.
    private static func refuseImageOptions(_ options: Train) throws {
        let flags = [
            ("--image-size", options.data.imageSize != nil), ("--augment", !options.augmentation.isEmpty),
            ("--cache-memory", options.loading.cacheMemory != nil),
            ("--bad-files", options.data.badFiles != .error),
        ]
        guard let flag = flags.first(where: \.1)?.0 else { return }
        throw FoveaError(
            .usage, "\(flag) is for images, and `\(options.model)` is a network over sequences.",
            remedy: "Leave it out.")
    }

    /// Trains, and keeps the run folder up to date.
    ///
    /// - Throws: as ``RecordedFit/carryOut(in:reportingTo:prepare:)``.
    func carryOut(reportingTo report: inout TrainingReport) async throws -> TrainingRun.Outcome {
        let model = try ModelDescription(
            entry, width: options.sequences.width, classNames: start.splits.training.classNames,
            preparation: preparation,
            permutationSeed: SequenceData.isPermuted(options.data.data) ? options.random.seed : nil,
            window: options.sequences.preparation.loading().window,
            channelNames: (start.splits.training as? any SequenceSource)?.channelNames)
        let folder = try RunFolder.create(
            at: options.out, orNamed: "\(entry.name)-\(start.splits.training.name)", run: description, model: model)
        let recorder = try await RecordedFit(fit: fit, trainer: trainer, device: start.device)
            .carryOut(in: folder, reportingTo: &report)
        var outcome = TrainingRun.Outcome(folder: folder, best: recorder.best, calibration: nil, test: nil)
        if let part = start.splits.test {
            try await trainer.load(fileAt: folder.weightsPath(.best))
            if preparation.question == .itsClass {
                outcome.test = try await trainer.predictor.classEvaluation(of: part, transforms: [preparation])
            } else {
                outcome.targets = try await TargetEvaluation(
                    of: part, by: trainer.predictor, preparation,
                    forecastNames: model.preprocessing.sequences?.forecast?.names ?? [])
            }
        }
        return outcome
    }
}

extension DataOptions {
    /// Sequences, as ``load(seed:)`` loads images.
    ///
    /// - Throws: ``FoveaError`` when there is no such data, when it is damaged, or when its parts do not fit together.
    func loadSequences(
        _ preparation: SequencePreparationOptions, seed: UInt64
    ) throws -> (splits: DataSplits, heldOut: Double) {
        var options = try preparation.loading(classes: try classesFile.map { try ClassesFile(path: $0) })
        options.permutationSeed = seed
        var splits = try SequenceData.load(data, options: options)
        var heldOut = 0.0
        if let val {
            let other = try SequenceData.load(val, options: options)
            guard other.training.classNames == splits.training.classNames else {
                throw FoveaError(
                    .badData, "\(quoted(val)) has other classes than \(quoted(data)).",
                    remedy: "Validate with data of the same classes in the same order.")
            }
            splits.validation = other.training
        } else if let fraction = valSplit ?? (splits.validation == nil ? Self.defaultSplit : nil) {
            guard splits.validation == nil else {
                throw FoveaError(
                    .usage, "`\(data)` has a validation part, and --val-split asks for another.",
                    remedy: "Leave --val-split out.")
            }
            heldOut = fraction
        }
        return (try divided(splits, heldOut: heldOut, seed: seed), heldOut)
    }
}
