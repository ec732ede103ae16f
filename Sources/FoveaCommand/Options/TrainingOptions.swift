public import ArgumentParser
import FoveaFormats
import FoveaGraph
public import FoveaNN
import FoveaTraining

/// How a network is trained.
struct TrainingOptions: ParsableArguments {
    /// The optimizers by the names of the command line.
    enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
        case sgd, adam, adamw
    }

    @Option(parsing: .unconditional, help: ArgumentHelp("How often all images are seen.", valueName: "count"))
    var epochs = 10

    @Option(parsing: .unconditional, help: ArgumentHelp("How many images make a step.", valueName: "count"))
    var batchSize = 64

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The learning rate. (default: 0.001; 0.01 with sgd)", valueName: "rate"))
    var lr: Double?

    @Option(help: "How gradients change the weights.")
    var optimizer = OptimizerName.adam

    @Option(parsing: .unconditional, help: ArgumentHelp("The momentum of sgd. (default: 0.9)", valueName: "factor"))
    var momentum: Double?

    @Flag(help: "Use Nesterov's form of sgd's momentum.")
    var nesterov = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How strongly weights are pulled to 0. (default: 0; 0.01 with adamw)", valueName: "factor"))
    var weightDecay: Double?

    @Option(help: "How the learning rate changes over the run.")
    var schedule = LearningRateSchedule.Kind.cosine

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Over how many epochs the learning rate rises to its full value.", valueName: "count"))
    var warmupEpochs = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much of the target goes to all classes alike.", valueName: "fraction"))
    var labelSmoothing = 0.0

    @Flag(name: .customLong("no-shuffle"), help: "See the images in the data's own order in every epoch.")
    var isUnshuffled = false

    /// The weight decay with its default.
    var effectiveWeightDecay: Double { weightDecay ?? (optimizer == .adamw ? 0.01 : 0) }

    /// The optimizer that the options describe.
    ///
    /// - Throws: ``FoveaError`` when a setting makes no sense, or belongs to another optimizer.
    func makeOptimizer() throws -> any Optimizer {
        let made: any Optimizer
        switch optimizer {
        case .sgd:
            made = SGD(
                learningRate: lr ?? 0.01, momentum: momentum ?? 0.9, nesterov: nesterov,
                weightDecay: effectiveWeightDecay)
        case .adam, .adamw:
            if momentum != nil || nesterov {
                throw FoveaError(
                    .usage, "\(momentum != nil ? "--momentum" : "--nesterov") belongs to sgd, not to \(optimizer).",
                    remedy: "Leave it out, or use --optimizer sgd.")
            }
            made =
                optimizer == .adam
                ? Adam(learningRate: lr ?? 1e-3, weightDecay: effectiveWeightDecay)
                : AdamW(learningRate: lr ?? 1e-3, weightDecay: effectiveWeightDecay)
        }
        try made.validate()
        return made
    }

    /// - Throws: ``FoveaError`` when the label smoothing makes no sense.
    func makeLoss() throws -> CrossEntropyLoss {
        let loss = CrossEntropyLoss(labelSmoothing: labelSmoothing)
        try loss.validate()
        return loss
    }

    /// - Throws: ``FoveaError`` when a number makes no sense.
    func makePlan(seed: UInt64) throws -> TrainingPlan {
        let plan = TrainingPlan(
            epochs: epochs, batchSize: batchSize, schedule: schedule, warmupEpochs: warmupEpochs,
            isShuffled: !isUnshuffled, seed: seed)
        try plan.validate()
        return plan
    }
}

extension LearningRateSchedule.Kind: ExpressibleByArgument {}
