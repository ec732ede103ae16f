public import FoveaGraph

/// A rule that changes a parameter, given its gradient.
///
/// An optimizer is only a description: its update becomes part of the training step's graph, and its slots are state on
/// the device.
public protocol Optimizer: Sendable {
    /// The learning rate before any schedule.
    var learningRate: Double { get }

    /// The names of the tensors that are kept per parameter, each of the parameter's shape and initially zero; the same
    /// names as in PyTorch's optimizers.
    var slots: [String] { get }

    /// The same optimizer with another weight decay, for a ``ParameterGroup`` that sets one.
    func withWeightDecay(_ weightDecay: Double) -> Self

    /// Throws ``FoveaError`` when a setting is invalid.
    func validate() throws

    /// Adds the update to the graph.
    ///
    /// - Parameters:
    ///   - learningRate: this step's learning rate, a scalar.
    ///   - step: the number of this step, a scalar that is 1 for the first.
    /// - Returns: the parameter and the slots after the step.
    func update(
        _ parameter: Value, gradient: Value, learningRate: Value, step: Value, slots: [Value]
    ) throws -> (parameter: Value, slots: [Value])
}

/// Throws unless a setting lies in a range; NaN lies in none.
func expect(_ value: Double, in range: some RangeExpression<Double>, _ name: String, _ allowed: String) throws {
    guard range.contains(value), value.isFinite else {
        throw FoveaError(.usage, "The \(name) is \(value).", remedy: "Use \(allowed).")
    }
}
