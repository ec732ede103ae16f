public import ArgumentParser
import FoveaFormats
import FoveaGraph
public import FoveaNN
import FoveaTraining

/// The length and the settings of a training run.
struct TrainingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: ArgumentHelp("Number of epochs.", valueName: "count"))
    var epochs = 10

    @Option(parsing: .unconditional, help: ArgumentHelp("Batch size.", valueName: "count"))
    var batchSize = 64

    @Option(help: "Schedule of the learning rate.")
    var schedule = LearningRateSchedule.Kind.cosine

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Number of epochs over which the learning rate rises to its full value.", valueName: "count")
    )
    var warmupEpochs = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Fraction of the target to spread evenly over all classes.", valueName: "fraction"))
    var labelSmoothing = 0.0

    @Flag(help: "Leave out the last batch of each epoch where it is not full.")
    var dropLast = false

    @Flag(name: .customLong("no-shuffle"), help: "Keep the examples in the data's own order in every epoch.")
    var isUnshuffled = false

    /// - Throws: ``FoveaError`` when the label smoothing is invalid.
    func makeLoss() throws -> CrossEntropyLoss {
        let loss = CrossEntropyLoss(labelSmoothing: labelSmoothing)
        try loss.validate()
        return loss
    }

    /// - Throws: ``FoveaError`` when a number is invalid.
    func makePlan(seed: UInt64) throws -> TrainingPlan {
        let plan = TrainingPlan(
            epochs: epochs, batchSize: batchSize, schedule: schedule, warmupEpochs: warmupEpochs,
            dropLast: dropLast, isShuffled: !isUnshuffled, seed: seed)
        try plan.validate()
        return plan
    }
}

extension LearningRateSchedule.Kind: ExpressibleByArgument {}
