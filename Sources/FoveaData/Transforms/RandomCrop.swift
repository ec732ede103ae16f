import FoveaFoundation
public import FoveaGraph

/// Cuts out a part at a place drawn uniformly, after the image has been given a margin. torchvision's `RandomCrop`.
public struct RandomCrop: ImageTransform, Hashable {
    public let height: Int
    public let width: Int
    /// Number of rows and columns that are added on each side.
    public let padding: Int
    /// The byte of all channels in the margin.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when a size is out of range.
    public init(height: Int, width: Int, padding: Int = 0, fill: UInt8 = 0) throws {
        guard 1...maximumImageExtent ~= height, 1...maximumImageExtent ~= width, 0...maximumImageExtent ~= padding
        else {
            throw FoveaError(
                .usage, "Images cannot be cropped to \(height)×\(width) with a margin of \(padding).",
                remedy: "Use 1 to \(maximumImageExtent) rows and columns, and a margin of at most as many.")
        }
        (self.height, self.width, self.padding, self.fill) = (height, width, padding, fill)
    }

    /// Draws the first row and column of the part, in the image with its margin.
    func place(height: Int, width: Int, random: inout CounterBasedGenerator.Stream) -> (top: Int, left: Int) {
        let top = random.integer(below: height + 2 * padding - self.height + 1)
        return (top, random.integer(below: width + 2 * padding - self.width + 1))
    }

    /// - Throws: ``FoveaError`` when the image with its margin is smaller than the part.
    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) throws -> DecodedImage {
        guard image.height + 2 * padding >= height, image.width + 2 * padding >= width else {
            throw FoveaError(
                .badData, "The image is \(image.sizeText), too small for a part of \(height)×\(width).",
                remedy: "Crop to a smaller part, resize the image first, or give it a larger margin than \(padding).")
        }
        let (top, left) = place(height: image.height, width: image.width, random: &random)
        return image.window(top: top - padding, left: left - padding, height: height, width: width, fill: fill)
    }
}
