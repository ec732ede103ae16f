public import FoveaGraph

/// Replaces the bytes of each channel by their ranks with a probability, so that all become about as frequent. torchvision's
/// `RandomEqualize`.
public struct RandomEqualize: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.5) throws {
        try expectProbability(probability, of: "equalization")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.equalized() : image
    }
}
