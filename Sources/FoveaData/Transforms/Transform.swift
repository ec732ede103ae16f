public import FoveaGraph

/// A change of each example on its way into a batch: augmentation, resizing, standardization.
///
/// The result depends only on the example and the random numbers, which are a pure function of (seed, epoch, example,
/// purpose): the same for any number of workers and any batch size.
public protocol Transform: Sendable {
    /// Separates the random numbers of this kind of transform from those of others. The second transform of the same
    /// purpose in a list draws different ones than the first. By default the type's name.
    var purpose: String { get }

    /// - Throws: when the example does not fit; the caller adds which example it is.
    func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example
}

extension Transform {
    public var purpose: String { "\(Self.self)" }
}
