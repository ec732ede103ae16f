public import FoveaGraph

/// Inverts all bytes from a threshold on, with a probability. torchvision's `RandomSolarize`.
public struct RandomSolarize: ImageTransform, Hashable {
    public let threshold: Double
    public let probability: Double

    /// - Throws: ``FoveaError`` when the threshold does not lie between 0 and 256, or the probability not between 0 and 1.
    public init(threshold: Double, probability: Double = 0.5) throws {
        try expect(threshold, within: 0...256, of: "threshold of solarization")
        try expectProbability(probability, of: "solarization")
        (self.threshold, self.probability) = (threshold, probability)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.solarized(from: threshold) : image
    }
}
