import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaNN

/// `fovea fine-tune`
struct FineTune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fine-tune", abstract: "Fits a trained network to the classes of a data set.",
        discussion: """
            The network gets a new head, which is fitted alone first, on features that the rest of the network gives; then all \
            of it is trained, with learning rates that fall toward the input. What will be done is printed before anything runs. \
            --json prints the plan on one line, then one line per epoch, then one with "event": "end"; before that, with \
            --learning-curve, one per part and one with "event": "learning_curve".
            """)

    @Option(
        help: ArgumentHelp("Network of the zoo, with --weights; or a run folder.", valueName: "name|folder"))
    var model: String

    @Option(
        help: ArgumentHelp(
            "Weights of the trained network, a .safetensors file under torchvision's names. (default: the run's best weights)",
            valueName: "file"))
    var weights: String?

    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Augmentation") var augmentation: AugmentationOptions
    @OptionGroup(title: "Data") var loading: LoadingOptions
    @OptionGroup(title: "Data") var features: FeatureCacheOptions
    @OptionGroup(title: "Recipe") var recipe: FineTuningOptions
    @OptionGroup(title: "Recipe") var optimizer: OptimizerOptions

    @Option(
        defaultAsFlag: LearningCurveSizes.standard, parsing: .next,
        help: ArgumentHelp(
            """
            Also train on smaller parts of the training images, each with those of the part before, to show whether more \
            images would help: fractions of every class, or numbers of images of each, such as 10,20,50. (default without \
            sizes: 10%,25%,50%)
            """, valueName: "sizes"))
    var learningCurve: LearningCurveSizes?

    @Flag(help: "Print the plan and stop.")
    var planOnly = false

    @Option(
        help: ArgumentHelp(
            "Run folder to write, which must not exist. (default: runs/fine-tune/MODEL-DATA-N)", valueName: "folder"))
    var out: String?

    @OptionGroup var random: SeedOptions
    @OptionGroup var device: DeviceOptions
    @OptionGroup var output: OutputOptions

    /// The default optimizer.
    static let defaultOptimizer = OptimizerOptions.Name.adamw

    func run() async throws {
        let run = try await FineTuningRun(self, command: processArguments)
        var report = FineTuningReport(run, json: output.json)
        try await report.plan(run)
        guard !planOnly else { return }
        // A process can take signals once.
        let interruption = run.curveParts.isEmpty ? nil : Interruption()
        let outcome = try await run.carryOut(reportingTo: &report, until: interruption)
        try report.outcome(run, outcome)
        if let interruption {
            try report.curve(
                await run.measureLearningCurve(outcome, reportingTo: &report, until: interruption))
        }
        try report.end(run, outcome)
    }
}
