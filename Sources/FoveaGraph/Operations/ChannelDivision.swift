/// An operation that treats each channel (axis 1) of its operands on its own: of parts of their channels it makes the parts
/// of its results.
public protocol Channelwise: Operation {
    /// The same operation for images of so many channels.
    func withChannels(_ count: Int) -> Self
}

extension Channelwise {
    public func withChannels(_ count: Int) -> Self { self }
}

/// An operation that sums over the channels of its images, and so can be done in parts of them.
protocol ChannelDivisible: Operation {
    /// Where the channels are that can be divided.
    static var dividedImages: DividedImages { get }

    /// The elements that are moved on top when the images are in so many parts; nil where they must be whole.
    func movedElements(parts: Int, operands: [TensorType], results: [TensorType]) -> Int?

    /// Adds what stands for a node's results, when its images are in parts of so many channels.
    func divide(_ index: Int, _ channels: [Int], in values: inout ChannelParts) throws
}

/// The images of a node whose channels are divided.
enum DividedImages {
    /// The first operand is read in parts.
    case operand
    /// The only result is given in parts.
    case result
}

extension Shape {
    /// The same images with another number of channels.
    func withChannels(_ count: Int) -> Shape { Shape([dimensions[0], count] + dimensions[2...]) }
}
