public import FoveaGraph

/// Mirrors the image with a probability: the last column comes first. torchvision's `RandomHorizontalFlip`.
public struct RandomHorizontalFlip: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.5) throws {
        try expectProbability(probability, of: "a mirror image")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.mirrored() : image
    }
}
