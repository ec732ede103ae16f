public import FoveaGraph

/// The function that training a classifier minimizes: one number for a batch of logits and labels.
public protocol Loss: Sendable {
    /// The scalar loss.
    ///
    /// - Parameters:
    ///   - logits: [N, classes].
    ///   - labels: class indices [N].
    func callAsFunction(_ logits: Value, _ labels: Value) throws -> Value
}
