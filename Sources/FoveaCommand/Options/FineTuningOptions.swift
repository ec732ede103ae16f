public import ArgumentParser
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
public import FoveaTraining

/// The recipe of a fine-tuning.
struct FineTuningOptions: ParsableArguments {
    @Option(
        help: """
            New head: linear, one fully connected layer on the means of the features; mlp, two with dropout between them; \
            logistic, a linear head found by logistic regression, its penalty chosen by cross-validation.
            """)
    var head = FineTuningRecipe().head

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of epochs in which the head is trained alone, on features that the frozen body gives. (default: 1; logistic needs none)",
            valueName: "count"))
    var freezeEpochs: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of epochs after that, in which deeper layers are trained too.", valueName: "count"))
    var epochs = 5

    @Option(
        help: ArgumentHelp(
            "Stages of the body that are trained in those epochs: all, or last-N for the N before the head.",
            valueName: "stages"))
    var unfreeze = Unfreezing.all

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Layers that stay frozen throughout: a path as `fovea summary` shows it, with * for any letters. May be repeated.",
            valueName: "pattern"))
    var freeze: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Factor on the learning rate from each stage to the one before it, toward the input.", valueName: "factor"))
    var lrDecayPerStage = FineTuningRecipe().learningRateDecay

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Number of views of each image whose features train the head: the image itself, and augmented ones.",
            valueName: "count"))
    var featureViews = 1

    @Option(parsing: .unconditional, help: ArgumentHelp("Batch size.", valueName: "count"))
    var batchSize = FineTuningRecipe().batchSize

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Fraction of the target to spread evenly over all classes.", valueName: "fraction"))
    var labelSmoothing = FineTuningRecipe().labelSmoothing

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Decay of the moving average of the weights, which becomes the model; 0 for none.", valueName: "decay"))
    var ema = FineTuningRecipe().averaging?.decay ?? 0

    /// The stages that `--unfreeze` names.
    struct Unfreezing: ExpressibleByArgument {
        static let all = Unfreezing(stages: .all)

        let stages: FineTuningRecipe.Unfreezing

        private init(stages: FineTuningRecipe.Unfreezing) { self.stages = stages }

        init?(argument: String) {
            if argument == "all" {
                stages = .all
            } else if argument.hasPrefix("last-"), let count = Int(argument.dropFirst(5)), count >= 0 {
                stages = .last(count)
            } else {
                return nil
            }
        }

        var text: String {
            switch stages {
            case .all: "all"
            case .last(let count): "last-\(count)"
            }
        }

        var defaultValueDescription: String { text }
    }

    /// - Throws: ``FoveaError`` when a setting is invalid, whatever the network.
    func recipe(optimizer: any Optimizer, seed: UInt64) throws -> FineTuningRecipe {
        var recipe = FineTuningRecipe()
        if head == .logistic, freezeEpochs != nil {
            throw FoveaError(
                .usage, "--freeze-epochs belongs to heads that are trained, and --head is logistic.",
                remedy: "Leave it out, or use --head linear.")
        }
        (recipe.head, recipe.epochs) = (head, epochs)
        if let freezeEpochs { recipe.freezeEpochs = freezeEpochs }
        recipe.unfreezing = unfreeze.stages
        recipe.frozen = freeze.map { PathPattern($0) }
        (recipe.learningRateDecay, recipe.views) = (lrDecayPerStage, featureViews)
        (recipe.batchSize, recipe.labelSmoothing) = (batchSize, labelSmoothing)
        recipe.averaging = ema == 0 ? nil : WeightAveraging(decay: ema, warmsUp: true)
        (recipe.optimizer, recipe.seed) = (optimizer, seed)
        try recipe.validate()
        return recipe
    }

    /// The settings by the names of their flags.
    var settings: [(String, JSONValue)] {
        [
            ("head", .string(head.rawValue)),
            ("freeze-epochs", head == .logistic ? .null : .integer(freezeEpochs ?? FineTuningRecipe().freezeEpochs)),
            ("epochs", .integer(epochs)),
            ("unfreeze", .string(unfreeze.text)), ("freeze", .array(freeze.map(JSONValue.string))),
            ("lr-decay-per-stage", .number(lrDecayPerStage)), ("feature-views", .integer(featureViews)),
            ("batch-size", .integer(batchSize)), ("label-smoothing", .number(labelSmoothing)), ("ema", .number(ema)),
        ]
    }
}

extension FineTuningRecipe.Head: ExpressibleByArgument {}
