public import FoveaNN
import OrderedCollections

/// The metrics of an epoch of training: a row of `metrics.csv`, a line of `metrics.jsonl` and of `fovea train --json`.
public struct EpochMetrics: Hashable, Sendable {
    /// Counted from 1.
    public var epoch: Int
    /// The objective's loss, under the name `loss`, and its metrics: means over the examples of the epoch, each taken
    /// before the update by its batch.
    public var training: Named<Double>
    /// The same over the validation part, after the epoch; nil where there is none.
    public var validation: Named<Double>?
    public var learningRate: Float
    public var seconds: Float
    /// Examples per second; they are images where the command trains.
    public var imagesPerSecond: Float
    /// The fraction of the time, between 0 and 1, in which training waited for batches to be loaded and prepared.
    public var dataWait: Float

    public init(
        epoch: Int, training: Named<Double>, validation: Named<Double>? = nil, learningRate: Float, seconds: Float,
        imagesPerSecond: Float, dataWait: Float
    ) {
        self.epoch = epoch
        self.training = training
        self.validation = validation
        self.learningRate = learningRate
        self.seconds = seconds
        self.imagesPerSecond = imagesPerSecond
        self.dataWait = dataWait
    }

    /// The mean loss over the training part.
    public var trainLoss: Float? { Self.number(GraphName.loss, in: training) }
    /// Between 0 and 1; nil where the objective does not classify.
    public var trainAccuracy: Float? { Self.number(Classification.accuracy, in: training) }
    /// The mean loss over the validation part; nil where there is none.
    public var validationLoss: Float? { Self.number(GraphName.loss, in: validation) }
    /// Between 0 and 1; nil where there is no validation part, or the objective does not classify.
    public var validationAccuracy: Float? { Self.number(Classification.accuracy, in: validation) }

    private static func number(_ name: String, in means: Named<Double>?) -> Float? {
        (try? means?[name]).map { Float($0) }
    }

    /// The loss and the metrics of a classifier, in the order of their columns.
    package static let classification = [GraphName.loss, Classification.accuracy]

    /// The columns in their order, under the names that scripts rely on.
    ///
    /// - Parameter names: the loss and the metrics.
    private static func columns(of names: [String]) -> [(name: String, value: (EpochMetrics) -> JSONValue)] {
        let means: [(name: String, value: (EpochMetrics) -> JSONValue)] =
            names.map { name in ("train_\(name)", { JSONValue(number(name, in: $0.training)) }) }
            + names.map { name in ("val_\(name)", { JSONValue(number(name, in: $0.validation)) }) }
        return [("epoch", { .integer($0.epoch) })] + means + [
            ("learning_rate", { JSONValue($0.learningRate) }),
            ("seconds", { JSONValue($0.seconds) }),
            ("images_per_second", { JSONValue($0.imagesPerSecond) }),
            ("data_wait", { JSONValue($0.dataWait) }),
        ]
    }

    /// The names of the columns, separated by commas.
    ///
    /// - Parameter names: the loss and the metrics.
    static func csvHeader(of names: [String]) -> String {
        columns(of: names).map { csvField($0.name) }.joined(separator: ",")
    }

    /// The values, separated by commas; empty where not measured.
    var csvRow: String {
        Self.columns(of: training.names).map { column in
            let value = column.value(self)
            return value == .null ? "" : value.text()
        }.joined(separator: ",")
    }

    /// Source: RFC 4180, section 2.
    private static func csvField(_ text: String) -> String {
        let isPlain = !text.unicodeScalars.contains { "\",\r\n".unicodeScalars.contains($0) }
        return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
    }

    public var json: JSONValue {
        .object(.init(uniqueKeysWithValues: Self.columns(of: training.names).map { ($0.name, $0.value(self)) }))
    }
}
