public import FoveaGraph

/// Replaces colours by their luminance with a probability; the number of channels stays. torchvision's `RandomGrayscale`.
public struct RandomGrayscale: ImageTransform, Hashable {
    public let probability: Double

    /// - Throws: ``FoveaError`` when the probability does not lie between 0 and 1.
    public init(probability: Double = 0.1) throws {
        try expectProbability(probability, of: "grey")
        self.probability = probability
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.grayscaled() : image
    }
}
