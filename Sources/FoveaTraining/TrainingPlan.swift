public import FoveaData
import FoveaGraph
public import FoveaNN

/// The length of a training and its division into steps.
public struct TrainingPlan: Hashable, Sendable {
    public var epochs: Int
    public var batchSize: Int
    public var schedule: LearningRateSchedule.Kind
    /// Number of epochs over which the learning rate rises to its full value.
    public var warmupEpochs: Int
    /// Whether the examples that do not fill a batch at the end of an epoch are left out.
    public var dropLast: Bool
    /// Whether each epoch sees the examples in a different order.
    public var isShuffled: Bool
    /// Whether batches have sequences of about the same length.
    public var bucketing: Bool
    /// Seed of the orders.
    public var seed: UInt64

    public init(
        epochs: Int, batchSize: Int, schedule: LearningRateSchedule.Kind = .constant, warmupEpochs: Int = 0,
        dropLast: Bool = false, isShuffled: Bool = true, bucketing: Bool = false, seed: UInt64 = 42
    ) {
        self.epochs = epochs
        self.batchSize = batchSize
        self.schedule = schedule
        self.warmupEpochs = warmupEpochs
        self.dropLast = dropLast
        self.isShuffled = isShuffled
        self.bucketing = bucketing
        self.seed = seed
    }

    /// - Throws: ``FoveaError`` when a number is invalid, whatever the data.
    public func validate() throws {
        guard (1...1_000_000).contains(epochs) else {
            throw FoveaError(.usage, "The number of epochs is \(epochs).", remedy: "Use 1 to 1,000,000.")
        }
        guard batchSize >= 1 else {
            throw FoveaError(.usage, "The batch size is \(batchSize).", remedy: "Use at least 1.")
        }
        guard (0...epochs).contains(warmupEpochs) else {
            throw FoveaError(
                .usage, "\(warmupEpochs) warm-up epochs do not fit into \(epochs) epochs.",
                remedy: "Use from 0 to \(epochs).")
        }
    }

    /// - Throws: ``FoveaError`` when a number is invalid for this data.
    public func validate(for source: any ExampleSource) throws {
        try validate()
        guard batchSize <= source.count else {
            throw FoveaError(
                .usage,
                "The batch size \(batchSize) is larger than the \(source.count) examples of the training part.",
                remedy: "Use at most \(source.count).")
        }
    }
}
