public import FoveaGraph

/// The part of a network over sequences that turns each into a vector: all but embedding and head.
public protocol SequenceEncoder: Sendable {
    /// [N, C, T] becomes [N, features].
    ///
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    func features(of input: SequenceValue) throws -> Value
}
