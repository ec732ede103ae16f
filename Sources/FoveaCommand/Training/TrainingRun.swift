import FoveaData
import FoveaFormats
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining
import FoveaFoundation

/// Everything that a run needs, checked before anything is written.
struct TrainingRun {
    /// The results of a finished run.
    struct Outcome {
        let folder: RunFolder
        let best: EpochMetrics?
        /// Nil where the validation part determines none.
        let calibration: Calibration?
        /// Nil where there is no test part.
        var test: Evaluation?
        /// The same for a network that gives other answers than the class of an example.
        var targets: TargetEvaluation?
    }

    let entry: ModelZoo.Entry
    let splits: DataSplits
    let preprocessing: Preprocessing
    /// The transforms of a training example.
    let transforms: [any Transform]
    let mixing: BatchMixing?
    let parameterCount: Int
    let device: Device
    let plan: TrainingPlan
    private let trainer: Trainer
    let badFiles: BadFileRecord
    let fit: Fit
    /// The validation part as the training reads it.
    private let validation: (any ExampleSource)?
    private let options: Train
    private let description: RunDescription

    /// - Throws: ``FoveaError`` for the first thing that is wrong; cheap checks come first.
    init(_ options: Train, command: [String]) async throws {
        self.options = options
        entry = try ModelReference.zooEntry(options.model)
        if let flag = options.sequences.firstFlag {
            throw FoveaError(
                .usage, "\(flag) is for networks over sequences, and `\(options.model)` is for images.",
                remedy: "Leave it out, or use a network such as `gru`.")
        }
        let optimizer = try options.optimizer.make(fallback: Train.defaultOptimizer)
        let loss = try options.training.makeLoss()
        plan = try options.training.makePlan(seed: options.random.seed)
        try options.data.check()
        try options.augmentation.check()
        try options.loading.check()
        if let out = options.out { try RunFolder.expectFree(out) }
        device = try options.device.open()
        let start = try options.weights.map { try WeightsFile(at: $0) }

        let data = try options.data.load(seed: options.random.seed)
        splits = data.splits
        badFiles = BadFileRecord(options.data.badFiles, splits)
        try plan.validate(for: splits.training)
        let sizing = try splits.sizing(for: entry, imageSize: options.data.imageSize)
        let summary = try SourceSummary(
            of: splits.training, sizing: sizing, failures: badFiles.leavingOut == nil ? .thrown : .kept)
        preprocessing = try Preprocessing(summary, sizing: sizing)
        let network = TracedNetwork(
            entry.make(splits.training.classNames.count),
            input: Shape([preprocessing.channels, preprocessing.height, preprocessing.width]))
        let parameters = try network.parameters
        parameterCount = parameters.trainableCount
        trainer = try await Trainer(
            network, objective: Classification(loss), rule: UpdateRule(optimizer), device: device,
            seed: options.random.seed, weights: try start?.weights(for: parameters))
        let classNames = splits.training.classNames
        transforms = try options.augmentation.augmentation(classNames: classNames).transforms(for: preprocessing)
        mixing = try options.augmentation.mixing(classes: classNames.count)
        let cache = options.loading.makeCache()
        validation = splits.validation.map(cache.caching)
        fit = try trainer.fit(
            cache.caching(splits.training), validation: validation, transforms: transforms,
            preprocessing: preprocessing,
            mixing: mixing, plan: plan, leavingOut: badFiles.leavingOut, workers: options.loading.workers)
        try await fit.prepare()
        description = RunDescription(
            command: command, versions: Versions.libraries, seed: options.random.seed,
            dataFingerprint: summary.fingerprint, files: splits.files?.json,
            settings: options.settings(optimizer: optimizer, backend: device.backend, heldOut: data.heldOut))
    }

    /// The changes of training images and batches; nil where there are none.
    var augmentationText: String? {
        let changes = transforms.filter { !($0 is Preprocessing || $0 is ResizeAndCenterCrop) }.map(\.purpose)
        let mixes = [("mixup", mixing?.mixup), ("cutmix", mixing?.cutmix)].compactMap { name, alpha in
            alpha.map { "\(name) \($0)" }
        }
        return changes.isEmpty && mixes.isEmpty ? nil : (changes + mixes).joined(separator: ", ")
    }

    /// Trains, and keeps the run folder up to date.
    ///
    /// - Throws: ``FoveaError`` when training diverges or a file cannot be written; ``Interruption/Stop`` after a
    ///   signal, when the current weights have been written.
    func carryOut(reportingTo report: inout TrainingReport) async throws -> Outcome {
        let model = try ModelDescription(
            entry, classNames: splits.training.classNames, preprocessing: preprocessing)
        var folder = try RunFolder.create(
            at: options.out, orNamed: "\(entry.name)-\(splits.training.name)", run: description, model: model)
        let recorded = RecordedFit(fit: fit, trainer: trainer, device: device)
        let recorder = try await recorded.carryOut(in: folder, reportingTo: &report) { folder in
            try badFiles.open(in: folder)
        }
        if splits.test != nil || validation != nil { try await trainer.load(fileAt: folder.weightsPath(.best)) }
        let calibration = try await trainer.classifier.calibration(
            on: validation, preprocessing: preprocessing, leavingOut: badFiles.leavingOut)
        if let calibration { try folder.save(calibration.forModel) }
        var test: Evaluation?
        if let part = splits.test {
            test = try await trainer.classifier.evaluate(
                part, preprocessing: preprocessing, leavingOut: badFiles.leavingOut)
        }
        return Outcome(folder: folder, best: recorder.best, calibration: calibration, test: test)
    }

    /// What the report begins with.
    var start: TrainingStart {
        TrainingStart(
            model: entry.name, parameterCount: parameterCount, exampleNoun: "image", splits: splits,
            badFiles: badFiles, lastBatch: fit.lastBatch, changes: augmentationText.map { "augment \($0)" },
            device: device, epochs: plan.epochs)
    }
}
