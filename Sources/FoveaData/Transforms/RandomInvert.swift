public import FoveaGraph

/// Makes the negative of the image with a probability: each byte becomes 255 − byte. torchvision's `RandomInvert`.
public struct RandomInvert: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.5) throws {
        try expectProbability(probability, of: "a negative")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.inverted() : image
    }
}
