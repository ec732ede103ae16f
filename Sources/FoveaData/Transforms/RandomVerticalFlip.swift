public import FoveaGraph

/// Turns the image upside down with a probability: the last row comes first. torchvision's `RandomVerticalFlip`.
public struct RandomVerticalFlip: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.5) throws {
        try expectProbability(probability, of: "an image upside down")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.turnedUpsideDown() : image
    }
}
