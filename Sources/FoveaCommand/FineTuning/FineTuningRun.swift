import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// Everything that a fine-tuning needs, checked before anything is written.
struct FineTuningRun {
    let base: PretrainedModel
    let splits: DataSplits
    let tuning: FineTuning
    let device: Device
    let badFiles: BadFileRecord
    /// The features that earlier runs have left; nil where none are kept.
    let stored: StoredFeatures?
    /// Some training images as the network reads them.
    let sample: FineTuningSample
    /// Whether they are what the weights expect.
    let preprocessingReport: PreprocessingReport
    let transforms: [any Transform]
    let mixing: BatchMixing?
    /// The parts as a training reads them, whose decoded images are kept.
    private let trainingSource: any ExampleSource
    let validationSource: (any ExampleSource)?
    /// The smaller parts of the training images for `--learning-curve`, rising; none without it.
    let curveParts: [NestedSubset]
    let options: FineTune
    private let description: RunDescription
    /// The images of the data are converted from or to grey.
    let convertsChannels: Bool

    /// - Throws: ``FoveaError`` for the first thing that is wrong; cheap checks come first.
    init(_ options: FineTune, command: [String]) async throws {
        self.options = options
        let optimizer = try options.optimizer.make(
            fallback: FineTune.defaultOptimizer, learningRate: FineTuningRecipe().optimizer.learningRate)
        let recipe = try options.recipe.recipe(optimizer: optimizer, seed: options.random.seed)
        try options.data.check()
        try options.augmentation.check()
        try options.loading.check()
        _ = try options.learningCurve?.sizes()
        if let out = options.out { try RunFolder.expectFree(out) }
        device = try options.device.open()
        base = try PretrainedModel(options.model, weights: options.weights)
        let data = try options.data.load(seed: options.random.seed)
        var splits = data.splits
        badFiles = BadFileRecord(options.data.badFiles, splits)
        try Self.expectEnough(splits.training)
        let preprocessing = try base.preprocessing(imageSize: options.data.imageSize, for: splits)
        // Of the images as they are: by it a later evaluation finds the part that was held out.
        let fingerprint = try splits.training.fingerprint()
        let channels = preprocessing.channels
        convertsChannels = splits.training.imageChannels.map { $0 != channels } ?? false
        splits.training = try splits.training.converted(toChannels: channels)
        splits.validation = try splits.validation?.converted(toChannels: channels)
        self.splits = splits
        let classNames = splits.training.classNames
        tuning = try FineTuning(
            base.entry, recipe, weights: base.weights, source: quoted(base.weightsPath), classes: classNames.count,
            preprocessing: preprocessing, precision: device.precision.network)
        let augmentation = try options.augmentation.augmentation(
            classNames: classNames, fallback: Augmentation.forFineTuning(classNames: classNames))
        guard recipe.views == 1 || augmentation.kind != .none || augmentation.erasing > 0 else {
            throw FoveaError(
                .usage, "--feature-views is \(recipe.views), and without augmentation all views are alike.",
                remedy: "Use for example --augment crop, or one view.")
        }
        transforms = try augmentation.transforms(for: preprocessing)
        mixing = try options.augmentation.mixing(classes: classNames.count)
        stored =
            if let features = options.features.cache {
                try await tuning.stored(
                    in: features, splits.training, validation: splits.validation, transforms: transforms, on: device)
            } else {
                nil
            }
        let cache = options.loading.makeCache()
        let (training, validation) = (cache.caching(splits.training), splits.validation.map(cache.caching))
        (trainingSource, validationSource) = (training, validation)
        curveParts =
            try options.learningCurve.map {
                try Self.learningCurveParts($0, of: training, validation: validation, seed: options.random.seed)
            } ?? []
        sample = try tuning.sample(
            of: splits.training, leavingOut: badFiles.leavingOut != nil, on: device)
        preprocessingReport = try await PreprocessingReport(
            tuning.check(sample, on: device), preprocessing, trainedSize: base.size)
        description = RunDescription(
            command: command, versions: Versions.libraries, seed: options.random.seed, dataFingerprint: fingerprint,
            files: splits.files?.json, preprocessingCheck: preprocessingReport.json,
            settings: options.settings(
                optimizer: optimizer, augmentation: augmentation.kind, backend: device.backend, heldOut: data.heldOut))
    }

    /// Throws unless every class has at least two images: one to learn from and one to be wrong about.
    private static func expectEnough(_ training: any ExampleSource) throws {
        var counts = [Int](repeating: 0, count: training.classNames.count)
        for label in try training.labels() where counts.indices.contains(Int(label)) { counts[Int(label)] += 1 }
        guard let poor = counts.firstIndex(where: { $0 < 2 }) else { return }
        throw FoveaError(
            .badData,
            "The class \(quoted(training.classNames[poor])) has \(counts[poor]) image\(counts[poor] == 1 ? "" : "s") to train on.",
            remedy: "Give each class at least 2, or remove its folder.")
    }

    /// Trains, and keeps the run folder up to date.
    ///
    /// - Parameter interruption: takes signals, also those of later work; by default of this training only.
    /// - Throws: ``FoveaError`` when training diverges or a file cannot be written; ``Interruption/Stop`` after a signal.
    func carryOut(
        reportingTo report: inout FineTuningReport, until interruption: Interruption?
    ) async throws -> TrainingRun.Outcome {
        let classNames = splits.training.classNames
        let model = try ModelDescription(
            base.entry, head: tuning.recipe.head.layers, classNames: classNames, preprocessing: tuning.preprocessing)
        var folder =
            if let out = options.out {
                try RunFolder.create(at: out, run: description, model: model)
            } else {
                try RunFolder.create(
                    named: "\(base.entry.name)-\(splits.training.name)", in: "runs/fine-tune", run: description,
                    model: model)
            }
        var recorder = RunRecorder(folder)
        do {
            try badFiles.open(in: folder)
            try await train(&recorder, &report, interruption ?? Interruption())
        } catch {
            report.stop()
            if recorder.epochs == 0 {
                // No epoch has ended, so there is nothing to keep; this run created the folder.
                removeFolder(folder.path)
            } else if error is FoveaError {
                StandardError.notice("the epochs before are in \(quoted(folder.path))")
            }
            throw error
        }
        let classifier = try await Classifier(SavedModel(folder), device: device)
        let calibration = try await classifier.calibration(
            on: splits.validation, preprocessing: tuning.preprocessing, leavingOut: badFiles.leavingOut)
        if let calibration { try folder.save(calibration.forModel) }
        var test: Evaluation?
        if let part = splits.test {
            test = try await classifier.evaluate(
                part, preprocessing: tuning.preprocessing, leavingOut: badFiles.leavingOut)
        }
        return TrainingRun.Outcome(folder: folder, best: recorder.best, calibration: calibration, test: test)
    }

    private func train(
        _ recorder: inout RunRecorder, _ report: inout FineTuningReport, _ interruption: Interruption
    ) async throws {
        _ = try await tuning.run(
            trainingSource, validation: validationSource, transforms: transforms,
            mixing: mixing, leavingOut: badFiles.leavingOut, workers: options.loading.workers, stored: stored,
            on: device
        ) { event in
            if case .epoch(let metrics, let weights) = event {
                try await recorder.record(metrics, weights)
                try device.recordKernels(in: recorder.folder)
            }
            try report.event(event)
            guard let signal = interruption.signal else { return }
            report.stop()
            let kept = recorder.epochs > 0
            throw Interruption.Stop(
                signal: signal,
                description: kept
                    ? "stopped; the weights of its last epoch are in \(quoted(recorder.folder.weightsPath(.last)))"
                    : "stopped before its first epoch ended; nothing was kept")
        }
    }
}

extension FineTune {
    /// Every setting, defaults included, by the name of its flag.
    func settings(
        optimizer: any Optimizer, augmentation: Augmentation.Kind, backend: any Backend, heldOut: Double
    ) -> [(String, JSONValue)] {
        let name = self.optimizer.optimizer ?? Self.defaultOptimizer
        return [("model", .string(model)), ("weights", weights.map(JSONValue.string) ?? .null)]
            + data.settings(heldOut: heldOut) + recipe.settings + [
                ("learning-curve", learningCurve.map { .string($0.description) } ?? .null),
                ("optimizer", .string(name.rawValue)), ("lr", .number(optimizer.learningRate)),
                ("momentum", (optimizer as? SGD).map { .number($0.momentum) } ?? .null),
                ("nesterov", .boolean(self.optimizer.nesterov)),
                ("weight-decay", .number(self.optimizer.effectiveWeightDecay(of: name))),
                ("workers", loading.workers.map(JSONValue.integer) ?? .null),
                ("cache-memory", loading.cacheMemory.map { .integer($0.byteCount) } ?? .null),
            ] + features.settings + self.augmentation.settings(fallback: augmentation) + [
                ("seed", Int(exactly: random.seed).map(JSONValue.integer) ?? .string(random.seed.description)),
                ("device", .string(backend.name)), ("precision", .string(device.precision.rawValue)),
                ("gradient-checkpointing", .boolean(device.gradientCheckpointing)),
                ("threads", .integer(backend.profile.threads)),
            ]
    }
}
