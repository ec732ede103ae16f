import FoveaFoundation
public import FoveaGraph

/// Brings an image to a size without distorting it: its shorter side becomes `shorterSide`, and the middle is cut out.
///
/// The longer side becomes ⌊shorterSide · longer / shorter⌋, and the crop begins at (side − crop) / 2, rounded half to even:
/// torchvision's `Resize(shorterSide)` and `CenterCrop((height, width))`, with the filter of ``Resize``.
public struct ResizeAndCenterCrop: ResamplingTransform, Hashable {
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
    public func resampling(height: Int, width: Int, random: CounterBasedGenerator) throws -> Resampling {
        try resampling(height: height, width: width)
    }

    func resampling(height oldHeight: Int, width oldWidth: Int) throws -> Resampling {
        let (shorter, longer) = (min(oldHeight, oldWidth), max(oldHeight, oldWidth))
        let (product, isTooLong) = shorterSide.multipliedReportingOverflow(by: longer)
        let length = isTooLong ? Int.max : product / max(1, shorter)
        guard length <= maximumImageExtent else {
            throw FoveaError(
                .badData,
                "The image is \(oldHeight)×\(oldWidth): with a shorter side of \(shorterSide) it would be \(length) long.",
                remedy: "Crop it to a shape less thin.")
        }
        let (rows, columns) = oldHeight <= oldWidth ? (shorterSide, length) : (length, shorterSide)
        return try Resampling(
            Resampling.Region(top: 0, left: 0, height: oldHeight, width: oldWidth), height: rows, width: columns,
            keeping: Resampling.Region(
                top: Self.middle(rows - height), left: Self.middle(columns - width), height: height, width: width))
    }

    func sized(_ image: DecodedImage) throws -> DecodedImage {
        try image.resampled(resampling(height: image.height, width: image.width))
    }

    /// Half of a margin, rounded half to even as Python does.
    private static func middle(_ margin: Int) -> Int { (margin + (margin / 2) % 2) / 2 }
}
