public import FoveaGraph

/// The part of a network over sequences that turns each into a vector: all but embedding and head.
public protocol SequenceEncoder: Sendable {
    /// [N, C, T] becomes [N, features].
    ///
    /// - Throws: ``FoveaError`` that names the layer that does not fit.
    func features(of input: SequenceValue) throws -> Value
}

/// An encoder that gives a vector for each step, too.
public protocol StepEncoder: SequenceEncoder {
    /// [N, C, T] becomes [N, features, T].
    ///
    /// - Throws: as ``SequenceEncoder/features(of:)``.
    func steps(of input: SequenceValue) throws -> SequenceValue
}
