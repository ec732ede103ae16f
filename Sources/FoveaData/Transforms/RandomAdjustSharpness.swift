public import FoveaGraph

/// Sharpens or smooths the image with a probability: smooth + factor · (byte − smooth). torchvision's `RandomAdjustSharpness`.
public struct RandomAdjustSharpness: ImageTransform, Hashable {
    public let factor: Double
    public let probability: Double

    /// - Parameter factor: 0 for a smoothed image, 1 for the image, 2 for a sharpened one.
    /// - Throws: ``FoveaError`` when the factor is negative or above 100, or the probability does not lie between 0 and 1.
    public init(factor: Double, probability: Double = 0.5) throws {
        try expect(factor, within: 0...100, of: "factor of sharpness")
        try expectProbability(probability, of: "sharpening")
        (self.factor, self.probability) = (factor, probability)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.sharpened(by: factor) : image
    }
}
