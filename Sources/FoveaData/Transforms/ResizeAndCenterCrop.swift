import FoveaFoundation
public import FoveaGraph

/// Brings an image to a size without distorting it: its shorter side becomes `shorterSide`, and the middle is cut out.
///
/// The longer side becomes ⌊shorterSide · longer / shorter⌋, and the crop begins at (side − crop) / 2, rounded half to even:
/// torchvision's `Resize(shorterSide)` and `CenterCrop((height, width))`, with the filter of ``Resize``.
public struct ResizeAndCenterCrop: Transform, Hashable {
    public let height: Int
    public let width: Int
    public let shorterSide: Int

    /// - Throws: ``FoveaError`` when a size is out of range, or the shorter side is shorter than the crop.
    public init(height: Int, width: Int, shorterSide: Int) throws {
        guard 1...maximumImageExtent ~= height, 1...maximumImageExtent ~= width,
            max(height, width)...maximumImageExtent ~= shorterSide
        else {
            throw FoveaError(
                .usage,
                "Images cannot be resized to a shorter side of \(shorterSide) and cropped to \(height)×\(width).",
                remedy: "Use 1 to \(maximumImageExtent) rows and columns, and a shorter side no shorter than the crop.")
        }
        (self.height, self.width, self.shorterSide) = (height, width, shorterSide)
    }

    /// The rule of torchvision's evaluation for a network's images: a shorter side of 256/224 of the longer side of the crop,
    /// rounded.
    ///
    /// - Throws: ``FoveaError`` when a size is out of range.
    public init(evaluating height: Int, _ width: Int) throws {
        let shorterSide = (Double(max(height, width)) * 256 / 224).rounded()
        try self.init(
            height: height, width: width, shorterSide: Int(min(max(shorterSide, 0), Double(maximumImageExtent))))
    }

    /// - Throws: ``FoveaError`` when the image is so long and thin that its longer side would exceed the largest size.
    public func transformed(_ example: Example, random: CounterBasedGenerator) throws -> Example {
        var example = example
        example.image = try example.image.map(sized)
        return example
    }

    func sized(_ image: DecodedImage) throws -> DecodedImage {
        let (shorter, longer) = (min(image.height, image.width), max(image.height, image.width))
        let length = shorterSide * longer / shorter
        guard length <= maximumImageExtent else {
            throw FoveaError(
                .badData,
                "The image is \(image.sizeText): with a shorter side of \(shorterSide) it would be \(length) long.",
                remedy: "Crop it to a shape less thin.")
        }
        let (rows, columns) = image.height <= image.width ? (shorterSide, length) : (length, shorterSide)
        return image.resized(height: rows, width: columns).cropped(
            top: Self.middle(rows - height), left: Self.middle(columns - width), height: height, width: width)
    }

    /// Half of a margin, rounded half to even as Python does.
    private static func middle(_ margin: Int) -> Int { (margin + (margin / 2) % 2) / 2 }
}

extension DecodedImage {
    /// A part that lies within the image.
    func cropped(top: Int, left: Int, height newHeight: Int, width newWidth: Int) -> DecodedImage {
        precondition(
            top >= 0 && left >= 0 && top + newHeight <= height && left + newWidth <= width, "the part lies within")
        var pixels: [UInt8] = []
        pixels.reserveCapacity(channels * newHeight * newWidth)
        for channel in 0..<channels {
            for row in top..<top + newHeight {
                let start = bytes.startIndex + (channel * height + row) * width + left
                pixels += bytes[start..<start + newWidth]
            }
        }
        return DecodedImage(pixels: pixels, channels: channels, height: newHeight, width: newWidth)
    }
}
