import ArgumentParser
import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import FoveaRuntime
import FoveaTraining

/// `fovea benchmark`
struct Benchmark: AsyncParsableCommand {
    /// The kinds of steps, by their names on the command line.
    enum Mode: String, CaseIterable, ExpressibleByArgument {
        case train, infer
    }

    static let configuration = CommandConfiguration(
        commandName: "benchmark", abstract: "Times training steps or the inference of a network.",
        discussion: """
            A training step is forward, cross-entropy, backward and the optimizer's update. Every step is given its \
            images anew; loading and preparing them is not measured, and compiling is measured separately. \
            effective_gflops counts 2 operations for each multiply-add, and training as three forward passes; \
            peak_rss_mb is the peak resident memory of the whole process, in units of 10^6 bytes; rss_growth_mb is how \
            much resident memory grows from the first timed step to the last, including the list of times.
            """)

    @OptionGroup var network: NetworkOptions

    @Option(help: "Kind of step to time.")
    var mode: Mode

    @Option(parsing: .unconditional, help: ArgumentHelp("Batch size.", valueName: "count"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of steps to time. (default: as many as fit in 5 seconds, at least 5)", valueName: "count"))
    var steps: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of untimed steps before them. (default: as many as fit in half a second, at least 3)",
            valueName: "count"))
    var warmup: Int?

    @Option(
        help: ArgumentHelp(
            "Weights to use, a .safetensors file. (default: the run's best, or random ones)", valueName: "file"))
    var weights: String?

    @Option(
        help: ArgumentHelp(
            "Batch of every step: a .safetensors file with `images` and, for training, `labels`. (default: random ones)",
            valueName: "file"))
    var batch: String?

    @Option(
        help: ArgumentHelp(
            "File to write, a .safetensors file with the `logits`, or the `loss` of each timed step, and the time of each "
                + "step, `step_ms`.",
            valueName: "file"))
    var outputs: String?

    @Flag(help: "Show how each node of the network runs, how long it takes, and how long at the machine's ceilings.")
    var explain = false

    @Flag(
        help: """
            Compare the operations of networks with the machine's ceilings, those that lose most time first. --model then \
            takes several names with commas between them, or `all`; --steps counts those of each of 5 rounds.
            """)
    var roofline = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Pass to leave out, such as fuse-convolution-epilogue, to see what it gains. May be repeated.",
            valueName: "name"))
    var withoutPass: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of filters, or size of the state, of a network over sequences, whose --input is CxT, such as 1x784.",
            valueName: "count"))
    var width: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Lengths of the sequences: evenly from this number of steps to all. (default: all)", valueName: "steps"))
    var shortest: Int?

    @Flag(
        help: """
            Time one step of a stream with a recurrent network: its state goes in and comes out. Needs --mode infer.
            """)
    var stream = false

    @OptionGroup(title: "Training") var optimizer: OptimizerOptions

    @Flag(help: "Train without dropout, to compare losses with another library, whose masks differ.")
    var noDropout = false

    @OptionGroup var random: SeedOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try checkOptions()
        let optimizer = try optimizer.make(fallback: .sgd)
        if roofline { return try await compareWithRoofline(optimizer) }
        if let entry = SequenceZoo.entry(named: network.model) { return try await run(entry, optimizer) }
        let network = try network.network()
        let device = try device.open(compiling: CompileOptions(withoutPasses: Set(withoutPass)))
        let given = try batch.map { try Batch(reading: $0, classes: network.classes, needsLabels: mode == .train) }
        let images = try given?.images.shape ?? Shape(validating: [batchSize ?? 1] + network.input.dimensions)
        let (traced, trainer) = try await trainer(of: network, images, optimizer, on: device)
        let clock = ContinuousClock()
        let begin = clock.now
        _ =
            switch mode {
            case .train: try await trainer.program(for: images)
            case .infer: try await trainer.classifier.program(for: images)
            }
        let compilation = begin.duration(to: clock.now)
        let batch = try given ?? Batch(random: images, classes: network.classes, seed: random.seed)
        let measured = try await measure(trainer, batch)
        if let outputs {
            var written = measured.outputs
            written["step_ms"] = Tensor(measured.durations.map { Float($0.milliseconds) })
            try Safetensors.write(written.tensors, to: outputs)
        }
        let report = BenchmarkReport(
            model: network.name, mode: mode, images: images, classes: network.classes,
            threads: device.backend.profile.threads, device: device.backend.name, precision: device.precision,
            compilation: compilation, steps: measured.durations,
            multiplyAdds: try Summary(of: traced).totalMultiplyAdds,
            peakMemory: ProcessMemory.peakByteCount, memoryGrowth: measured.memoryGrowth,
            explanation: explain ? try await explanation(trainer, batch, step: measured.durations.quantile(0.5)) : nil)
        if output.json {
            try StandardOutput.document(report.json)
        } else {
            try StandardOutput.line(report.text)
        }
    }

    /// A network that is to be timed, with the means to train it.
    ///
    /// - Parameter images: [batch, channels, height, width].
    func trainer(
        of network: NetworkOptions.Network, _ images: Shape, _ optimizer: any Optimizer, on device: Device
    ) async throws -> (network: TracedNetwork, trainer: Trainer) {
        let image = Shape(Array(images.dimensions.dropFirst()))
        let traced = TracedNetwork(network.layer, input: image, hasDropout: !noDropout)
        let trainer = try await Trainer(
            traced, objective: Classification(), rule: UpdateRule(optimizer), device: device, seed: random.seed,
            weights: try startingWeights(of: traced, from: weights ?? network.folder?.weightsPath()))
        return (traced, trainer)
    }

    /// Measures node by node.
    ///
    /// - Parameters:
    ///   - step: the seconds that a step takes.
    ///   - runs: the number of steps; by default as many as take about a second.
    func explanation(_ trainer: Trainer, _ batch: Batch, step: Double, runs: Int? = nil) async throws -> Explanation {
        let runs = runs ?? max(3, min(1000, Int(1 / max(step, 1e-4))))
        switch mode {
        case .train: return try await trainer.explain(batch, runs: runs)
        case .infer: return try await trainer.classifier.explain(batch.images, runs: runs)
        }
    }

    /// Throws ``FoveaError`` for mistakes that are evident before anything is loaded.
    private func checkOptions() throws {
        for (flag, count, least) in [("--batch-size", batchSize, 1), ("--steps", steps, 1), ("--warmup", warmup, 0)] {
            if let count, !(least...1_000_000).contains(count) {
                throw FoveaError(.usage, "\(flag) is \(count).", remedy: "Use \(least) to 1,000,000.")
            }
        }
        try checkRooflineOptions()
        if batch != nil, batchSize != nil || network.input != nil {
            throw FoveaError(
                .usage, "--batch has images of its own number and size.",
                remedy: "Leave \(batchSize != nil ? "--batch-size" : "--input") out.")
        }
        if batch == nil, batchSize == nil {
            throw FoveaError(
                .usage, "There is no batch size.", remedy: "Give --batch-size, or --batch.")
        }
        if stream, mode != .infer || SequenceZoo.entry(named: network.model) == nil {
            throw FoveaError(
                .usage, "--stream times inference of a recurrent network.",
                remedy: "Use --mode infer and a network such as lstm, or leave --stream out.")
        }
        try checkTrainingOptions()
    }

    private func checkTrainingOptions() throws {
        if mode == .infer, let flag = optimizer.firstFlag ?? (noDropout ? "--no-dropout" : nil) {
            throw FoveaError(.usage, "\(flag) belongs to training.", remedy: "Leave it out, or use --mode train.")
        }
    }

    /// The weights in a file; nil where none is given and they are to be drawn.
    func startingWeights(of network: TracedNetwork, from path: String?) throws -> Weights? {
        try path.map { try WeightsFile(at: $0).weights(for: network.parameters) }
    }

    /// The lengths of the two series of steps: to warm up, and timed.
    var lengths: (warmup: SeriesLength, timed: SeriesLength) {
        (
            warmup.map(SeriesLength.runs) ?? .about(.seconds(0.5), atLeast: 3),
            steps.map(SeriesLength.runs) ?? (roofline ? .runs(1) : .about(.seconds(5), atLeast: 5))
        )
    }

    /// Warms up, then times the steps.
    ///
    /// - Returns: the time of each step, the results by name, and the growth of memory in bytes.
    func measure(
        _ trainer: Trainer, _ batch: Batch
    ) async throws -> (durations: [Duration], outputs: Weights, memoryGrowth: Int?) {
        let (before, length) = lengths
        switch mode {
        case .train:
            _ = try await trainer.timedSteps(batch, before)
            let start = ProcessMemory.residentByteCount
            let runs = try await trainer.timedSteps(batch, length)
            return (runs.map(\.duration), ["loss": Tensor(runs.map(\.kept))], growth(since: start))
        case .infer:
            _ = try await trainer.classifier.timedLogits(batch.images, before)
            let start = ProcessMemory.residentByteCount
            let durations = try await trainer.classifier.timedLogits(batch.images, length)
            let grown = growth(since: start)
            return (durations, ["logits": try await trainer.classifier.logits(batch.images)], grown)
        }
    }

    func growth(since start: Int?) -> Int? {
        guard let start, let end = ProcessMemory.residentByteCount else { return nil }
        return end - start
    }
}
