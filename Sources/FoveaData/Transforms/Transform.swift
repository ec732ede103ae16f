public import FoveaGraph

/// A change of each example on its way into a batch: augmentation, resizing, standardization.
///
/// The result depends on nothing but the example and the random numbers, which are a pure function of (seed, epoch, example,
/// purpose): the same for any number of workers and any batch size.
public protocol Transform: Sendable {
    /// Tells the random numbers of this kind of transform from those of others. The second transform of the same purpose in
    /// a list draws others than the first. The type's name where a transform does not say.
    var purpose: String { get }

    /// - Throws: when the example does not fit; whoever asks adds which example it is.
    func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example
}

extension Transform {
    public var purpose: String { "\(Self.self)" }
}
