import FoveaFoundation
public import FoveaGraph

/// Resizes the whole image, stretched or shrunk along each axis, with a triangle filter that widens as the image
/// shrinks. Same numbers, up to the rounding, as torchvision's `Resize((height, width))`.
public struct Resize: ResamplingTransform {
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

    /// - Throws: ``FoveaError`` when the image has no pixels.
    public func resampling(
        height oldHeight: Int, width oldWidth: Int, random: CounterBasedGenerator
    ) throws -> Resampling {
        try Resampling(
            Resampling.Region(top: 0, left: 0, height: oldHeight, width: oldWidth), height: height, width: width)
    }
}
