import OrderedCollections

/// The metrics of an epoch of training: a row of `metrics.csv`, a line of `metrics.jsonl` and of `fovea train --json`.
public struct EpochMetrics: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// Mean cross-entropy in nats.
    public var trainLoss: Float
    /// Between 0 and 1.
    public var trainAccuracy: Float
    /// Nil where there is no validation part.
    public var validationLoss: Float?
    /// Nil where there is no validation part.
    public var validationAccuracy: Float?
    public var learningRate: Float
    public var seconds: Float
    public var imagesPerSecond: Float
    /// The part of the time, between 0 and 1, in which training waited for images to be loaded and prepared.
    public var dataWait: Float

    public init(
        epoch: Int, trainLoss: Float, trainAccuracy: Float, validationLoss: Float? = nil,
        validationAccuracy: Float? = nil, learningRate: Float, seconds: Float, imagesPerSecond: Float,
        dataWait: Float
    ) {
        self.epoch = epoch
        self.trainLoss = trainLoss
        self.trainAccuracy = trainAccuracy
        self.validationLoss = validationLoss
        self.validationAccuracy = validationAccuracy
        self.learningRate = learningRate
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.dataWait = dataWait
    }

    /// The columns in their order, under the names that scripts rely on.
    private static let columns: [(name: String, value: @Sendable (EpochMetrics) -> JSONValue)] = [
        ("epoch", { .integer($0.epoch) }),
        ("train_loss", { JSONValue($0.trainLoss) }),
        ("train_accuracy", { JSONValue($0.trainAccuracy) }),
        ("val_loss", { JSONValue($0.validationLoss) }),
        ("val_accuracy", { JSONValue($0.validationAccuracy) }),
        ("learning_rate", { JSONValue($0.learningRate) }),
        ("seconds", { JSONValue($0.seconds) }),
        ("images_per_second", { JSONValue($0.imagesPerSecond) }),
        ("data_wait", { JSONValue($0.dataWait) }),
    ]

    /// The names of the columns, separated by commas.
    static var csvHeader: String { columns.map(\.name).joined(separator: ",") }

    /// The values, separated by commas; what was not measured is empty.
    var csvRow: String {
        Self.columns.map { column in
            let value = column.value(self)
            return value == .null ? "" : value.text()
        }.joined(separator: ",")
    }

    public var json: JSONValue {
        .object(.init(uniqueKeysWithValues: Self.columns.map { ($0.name, $0.value(self)) }))
    }
}
