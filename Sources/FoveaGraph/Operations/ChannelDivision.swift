/// An operation that treats each channel (axis 1) of its operands separately: applied to parts of their channels, it
/// gives the parts of its results.
public protocol Channelwise: Operation {
    /// The same operation for images with `count` channels.
    func withChannels(_ count: Int) -> Self
}

extension Channelwise {
    public func withChannels(_ count: Int) -> Self { self }
}

/// An operation that sums over the channels of its images, and so can be computed in parts of them.
protocol ChannelDivisible: Operation {
    /// The images whose channels can be divided.
    static var dividedImages: DividedImages { get }

    /// The additional elements that are moved when the images are in `parts` parts; nil where they must be whole.
    func movedElements(parts: Int, operands: [TensorType], results: [TensorType]) -> Int?

    /// Adds the replacement of a node's results when its images are in parts of these numbers of channels.
    func divide(_ index: Int, _ channels: [Int], in values: inout ChannelParts) throws
}

/// The images of a node whose channels are divided.
enum DividedImages {
    /// The first operand, read in parts.
    case operand
    /// The only result, given in parts.
    case result
}

extension Shape {
    /// The same images with another number of channels.
    func withChannels(_ count: Int) -> Shape { Shape([dimensions[0], count] + dimensions[2...]) }
}
