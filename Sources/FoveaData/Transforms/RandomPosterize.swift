public import FoveaGraph

/// Keeps only the highest bits of each byte, with a probability. torchvision's `RandomPosterize`.
public struct RandomPosterize: ImageTransform, Hashable {
    public let bits: Int
    public let probability: Double

    /// - Parameter bits: number of bits to keep, 0 to 8.
    /// - Throws: ``FoveaError`` when a number is out of range.
    public init(bits: Int, probability: Double = 0.5) throws {
        guard (0...8).contains(bits) else {
            throw FoveaError(
                .usage, "A byte cannot keep \(bits) of its bits.", remedy: "Use 0 to 8; 4 is a common choice.")
        }
        try expectProbability(probability, of: "posterization")
        (self.bits, self.probability) = (bits, probability)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        random.isTrue(withProbability: probability) ? image.posterized(bits: bits) : image
    }
}
