public import FoveaGraph

/// The function that training a classifier minimizes: one number for a batch of logits and labels.
public protocol Loss: Sendable {
    /// The scalar loss.
    ///
    /// - Parameters:
    ///   - logits: [N, classes].
    ///   - labels: class indices [N], int32, or soft targets of the logits' type, a probability for each class
    ///     [N, classes].
    func callAsFunction(_ logits: Value, _ labels: Value) throws -> Value
}
