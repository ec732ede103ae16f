public import FoveaGraph

/// The objective of training: a loss to minimize and metrics to report, over named outputs and targets.
///
/// A loss of several parts is their weighted sum:
///
///     struct NameAndAge: Objective {
///         let name = Classification(output: "name", target: "name_label")
///         func targets(for outputs: Named<TensorType>) throws -> Named<TensorType> {
///             try name.targets(for: outputs).merging(["age": .float32([1])])
///         }
///         func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures {
///             let error = try outputs["age"] - targets["age"]
///             let squared = try ReduceMean(axes: [0, 1]).applied(to: error * error)
///             return Measures(loss: try name(outputs, targets).loss + squared * 0.1, metrics: ["age_error": squared])
///         }
///     }
public protocol Objective: Sendable {
    /// The types of one example's targets, which a batch holds besides the network's inputs. A target with the name of
    /// an input is that input.
    ///
    /// - Parameter outputs: the types of one example's outputs.
    /// - Throws: ``FoveaError`` when the objective does not fit such outputs.
    func targets(for outputs: Named<TensorType>) throws -> Named<TensorType>

    /// The objective for batches whose tensors have these types, where it takes targets of more than one kind, such as
    /// soft targets beside class indices; by default itself.
    func adapted(to types: [String: TensorType]) -> any Objective

    /// Adds the loss and the metrics of a batch to the graph.
    func callAsFunction(_ outputs: Named<Value>, _ targets: Named<Value>) throws -> Measures

    /// The outputs that each step of training hands to the host for ``hostMetrics(_:targets:)``; none by default.
    var outputsForHost: [String] { get }

    /// Metrics that no operation computes, such as the accuracy: means over the examples of a batch, none by default.
    func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double>

    /// The first example of a batch whose targets do not fit the network, such as a class without an output, where that
    /// can be told before a step; nil by default.
    func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit?
}

extension Objective {
    public func adapted(to types: [String: TensorType]) -> any Objective { self }
    public var outputsForHost: [String] { [] }
    public func hostMetrics(_ outputs: [String: Tensor], targets: [String: Tensor]) throws -> Named<Double> { [:] }
    public func misfit(in targets: [String: Tensor], for outputs: Named<TensorType>) -> TargetMisfit? { nil }
}

/// The loss and the metrics of a batch, all scalars and means over its examples.
public struct Measures {
    public let loss: Value
    public let metrics: Named<Value>

    public init(loss: Value, metrics: Named<Value> = [:]) {
        self.loss = loss
        self.metrics = metrics
    }
}

/// A target that does not fit the network.
public struct TargetMisfit: Hashable, Sendable {
    /// Index of the example in the batch, from 0.
    public let row: Int
    /// The target: "The label 7".
    public let subject: String
    /// What is wrong with it: "is none of the network's 3 outputs".
    public let predicate: String
    /// How to fix it.
    public let remedy: String

    public init(row: Int, subject: String, predicate: String, remedy: String) {
        (self.row, self.subject, self.predicate, self.remedy) = (row, subject, predicate, remedy)
    }
}
