public import FoveaGraph

/// Erases a rectangle with a probability. torchvision's `RandomErasing`.
///
/// The area is uniform in `scale` times the image's, the logarithm of height / width uniform in that of `ratio`; where ten draws
/// give no rectangle smaller than the image, nothing is erased. torchvision erases the standardized image with 0, the mean; here
/// the image itself is erased with a colour, so that standardization can still write straight into the batch: with the mean's
/// bytes the result is off by at most 1/510 of the range, the rounding.
///
/// Source: Zhong et al., "Random Erasing Data Augmentation", AAAI 2020.
public struct RandomErasing: ImageTransform, Hashable {
    public let probability: Double
    /// Parts of the image's area.
    public let scale: ClosedRange<Double>
    /// Proportions, height / width.
    public let ratio: ClosedRange<Double>
    /// The colour, a byte for each channel, or one for all.
    public let fill: [UInt8]

    /// - Throws: ``FoveaError`` when the probability or a scale does not lie between 0 and 1, a ratio not between 0.001 and 1000,
    ///   or the colour is empty.
    public init(
        probability: Double = 0.5, scale: ClosedRange<Double> = 0.02...0.33, ratio: ClosedRange<Double> = 0.3...3.3,
        fill: [UInt8] = [0]
    ) throws {
        try expectProbability(probability, of: "erasing")
        try expect(scale, within: 0...1, of: "part of the image's area")
        try expect(ratio, within: 0.001...1000, of: "ratio of height to width")
        guard !fill.isEmpty else {
            throw FoveaError(.usage, "A rectangle is erased with no colour.", remedy: "Give a byte for each channel.")
        }
        (self.probability, self.scale, self.ratio, self.fill) = (probability, scale, ratio, fill)
    }

    /// Draws the rectangle to erase; nil where nothing is erased.
    func rectangle(height: Int, width: Int, random: inout CounterBasedGenerator.Stream) -> Resampling.Region? {
        guard random.isTrue(withProbability: probability) else { return nil }
        for _ in 0..<10 {
            let area = Double(height) * Double(width) * random.uniform(in: scale)
            let ratio = random.logUniform(in: ratio)
            let rows = (area * ratio).squareRoot().rounded(.toNearestOrEven)
            let columns = (area / ratio).squareRoot().rounded(.toNearestOrEven)
            guard rows < Double(height), columns < Double(width) else { continue }
            let top = random.integer(below: height - Int(rows) + 1)
            let left = random.integer(below: width - Int(columns) + 1)
            return Resampling.Region(top: top, left: left, height: Int(rows), width: Int(columns))
        }
        return nil
    }

    /// - Throws: ``FoveaError`` when the colour has neither one channel nor as many as the image.
    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) throws -> DecodedImage {
        guard fill.count == 1 || fill.count == image.channels else {
            throw FoveaError(
                .usage, "An image of \(image.sizeText) cannot be erased with a colour of \(fill.count) channels.",
                remedy: "Give one byte, or one for each channel.")
        }
        guard let rectangle = rectangle(height: image.height, width: image.width, random: &random) else { return image }
        return image.erased(rectangle, fill: fill)
    }
}

extension DecodedImage {
    /// The image with a rectangle of one colour, a byte for each channel or one for all.
    func erased(_ rectangle: Resampling.Region, fill: [UInt8]) -> DecodedImage {
        var pixels = self.pixels
        for row in rectangle.top..<rectangle.top + rectangle.height {
            let start = (row * width + rectangle.left) * channels
            for index in 0..<rectangle.width * channels { pixels[start + index] = fill[index % channels % fill.count] }
        }
        return withPixels(pixels)
    }
}
