import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// `fovea train`
struct Train: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Trains a network on a data set and writes a run folder.",
        discussion: "--json prints one line per epoch, then one with \"event\": \"end\".")

    @Option(help: ArgumentHelp("Network of the zoo; `fovea models` lists them.", valueName: "name"))
    var model: String

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Sequences") var sequences: SequenceTrainingOptions
    @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions
    @OptionGroup(title: "Data") var loading: LoadingOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup(title: "Training") var optimizer: OptimizerOptions

    @Option(
        help: ArgumentHelp("Weights to start from instead of random ones, a .safetensors file.", valueName: "file"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Run folder to write, which must not exist. (default: runs/train/MODEL-DATA-N)", valueName: "folder"))
    var out: String?

    @OptionGroup var random: SeedOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let entry = SequenceZoo.entry(named: model) {
            let run = try await SequenceTrainingRun(self, entry, command: processArguments)
            var report = TrainingReport(run.start, json: output.json)
            return try report.end(run.start, try await run.carryOut(reportingTo: &report))
        }
        _ = try await carryOut(command: processArguments)
    }

    /// Trains and reports.
    func carryOut(command: [String]) async throws -> TrainingRun.Outcome {
        let run = try await TrainingRun(self, command: command)
        var report = TrainingReport(run.start, json: output.json)
        let outcome = try await run.carryOut(reportingTo: &report)
        try report.end(run.start, outcome)
        return outcome
    }

    /// The default optimizer.
    static let defaultOptimizer = OptimizerOptions.Name.adam

    /// Every setting, defaults included, by the name of its flag.
    func settings(optimizer: any Optimizer, backend: any Backend, heldOut: Double) -> [(String, JSONValue)] {
        let name = self.optimizer.optimizer ?? Self.defaultOptimizer
        return data.settings(heldOut: heldOut) + [
            ("model", .string(model)),
            ("weights", weights.map(JSONValue.string) ?? .null),
            ("epochs", .integer(training.epochs)),
            ("batch-size", .integer(training.batchSize)),
            ("optimizer", .string(name.rawValue)),
            ("lr", .number(optimizer.learningRate)),
            ("momentum", (optimizer as? SGD).map { .number($0.momentum) } ?? .null),
            ("nesterov", .boolean(self.optimizer.nesterov)),
            ("weight-decay", .number(self.optimizer.effectiveWeightDecay(of: name))),
            ("schedule", .string(training.schedule.rawValue)),
            ("warmup-epochs", .integer(training.warmupEpochs)),
            ("label-smoothing", .number(training.labelSmoothing)),
            ("drop-last", .boolean(training.dropLast)),
            ("workers", loading.workers.map(JSONValue.integer) ?? .null),
            ("cache-memory", loading.cacheMemory.map { .integer($0.byteCount) } ?? .null),
            ("no-shuffle", .boolean(training.isUnshuffled)),
        ] + augmentation.settings() + [
            ("seed", Int(exactly: random.seed).map(JSONValue.integer) ?? .string(random.seed.description)),
            ("device", .string(backend.name)),
            ("precision", .string(device.precision.rawValue)),
            ("gradient-checkpointing", .boolean(device.gradientCheckpointing)),
            ("threads", .integer(backend.profile.threads)),
        ]
    }
}
