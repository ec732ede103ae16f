import FoveaFoundation
public import FoveaGraph

/// Resizes the whole image, stretched or shrunk along each axis, with a triangle filter that widens as the image
/// shrinks. Same numbers, up to the rounding, as torchvision's `Resize((height, width))`.
public struct Resize: Transform {
    public let height: Int
    public let width: Int

    /// - Throws: ``FoveaError`` when a size is out of range.
    public init(height: Int, width: Int) throws {
        guard 1...maximumImageExtent ~= height, 1...maximumImageExtent ~= width else {
            throw FoveaError(
                .usage, "Images cannot be resized to \(height)×\(width).",
                remedy: "Use 1 to \(maximumImageExtent) rows and columns.")
        }
        (self.height, self.width) = (height, width)
    }

    public func transformed(_ example: Example, random: CounterBasedGenerator) -> Example {
        var example = example
        example.image = example.image?.resized(height: height, width: width)
        return example
    }
}
