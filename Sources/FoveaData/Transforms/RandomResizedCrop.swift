import FoveaFoundation
public import FoveaGraph

/// Cuts out a region of random area and proportions at a random place, and resizes it. torchvision's `RandomResizedCrop`, with
/// the filter of ``Resize``.
///
/// The area is uniform in `scale` times the image's, the logarithm of width / height uniform in that of `ratio`. Where ten draws
/// give no region that fits, it is the largest in the middle whose proportions lie in `ratio`.
///
/// Source: Szegedy et al., "Going Deeper with Convolutions", CVPR 2015.
public struct RandomResizedCrop: ResamplingTransform, Hashable {
    public let height: Int
    public let width: Int
    /// Parts of the image's area.
    public let scale: ClosedRange<Double>
    /// Proportions, width / height.
    public let ratio: ClosedRange<Double>

    /// - Throws: ``FoveaError`` when a size is out of range, a scale does not lie between 0 and 1, or a ratio not between 0.001
    ///   and 1000.
    public init(
        height: Int, width: Int, scale: ClosedRange<Double> = 0.08...1, ratio: ClosedRange<Double> = 3.0 / 4...4.0 / 3
    ) throws {
        guard 1...maximumImageExtent ~= height, 1...maximumImageExtent ~= width else {
            throw FoveaError(
                .usage, "A region cannot be resized to \(height)×\(width).",
                remedy: "Use 1 to \(maximumImageExtent) rows and columns.")
        }
        try expect(scale, within: 0...1, of: "part of the image's area")
        try expect(ratio, within: 0.001...1000, of: "ratio of width to height")
        (self.height, self.width, self.scale, self.ratio) = (height, width, scale, ratio)
    }

    /// - Throws: ``FoveaError`` when the image has no pixels.
    public func resampling(
        height oldHeight: Int, width oldWidth: Int, random: CounterBasedGenerator
    ) throws -> Resampling {
        var stream = random.stream
        return try Resampling(
            region(height: oldHeight, width: oldWidth, random: &stream), height: height, width: width)
    }

    /// Draws the region of an image of a size.
    func region(
        height oldHeight: Int, width oldWidth: Int, random: inout CounterBasedGenerator.Stream
    ) -> Resampling.Region {
        for _ in 0..<10 {
            let area = Double(oldHeight) * Double(oldWidth) * random.uniform(in: scale)
            let ratio = random.logUniform(in: ratio)
            let columns = (area * ratio).squareRoot().rounded(.toNearestOrEven)
            let rows = (area / ratio).squareRoot().rounded(.toNearestOrEven)
            guard columns >= 1, rows >= 1, columns <= Double(oldWidth), rows <= Double(oldHeight) else { continue }
            let top = random.integer(below: oldHeight - Int(rows) + 1)
            let left = random.integer(below: oldWidth - Int(columns) + 1)
            return Resampling.Region(top: top, left: left, height: Int(rows), width: Int(columns))
        }
        return middle(height: oldHeight, width: oldWidth)
    }

    /// The largest region in the middle whose proportions lie in the range.
    private func middle(height oldHeight: Int, width oldWidth: Int) -> Resampling.Region {
        var (rows, columns) = (oldHeight, oldWidth)
        let proportion = Double(oldWidth) / Double(oldHeight)
        func whole(_ length: Double) -> Int { max(1, Int(length.rounded(.toNearestOrEven))) }
        if proportion < ratio.lowerBound {
            rows = whole(Double(oldWidth) / ratio.lowerBound)
        } else if proportion > ratio.upperBound {
            columns = whole(Double(oldHeight) * ratio.upperBound)
        }
        return Resampling.Region(
            top: (oldHeight - rows) / 2, left: (oldWidth - columns) / 2, height: rows, width: columns)
    }
}
