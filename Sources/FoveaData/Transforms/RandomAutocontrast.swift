public import FoveaGraph

/// Stretches each channel with a probability, so that its smallest byte becomes 0 and its largest 255. torchvision's
/// `RandomAutocontrast`.
public struct RandomAutocontrast: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.5) throws {
        try expectProbability(probability, of: "stretched contrast")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.autocontrasted() : image
    }
}
