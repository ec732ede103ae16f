public import FoveaGraph

/// Applies one operation drawn at random with a strength drawn at random. torchvision's `TrivialAugmentWide`, with its default of
/// nearest pixels and a black surrounding; images have their final size already.
///
/// Source: Müller and Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", ICCV 2021.
public struct TrivialAugmentWide: ImageTransform, Hashable {
    /// Number of magnitudes from the weakest to the strongest.
    public let bins: Int
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when there are less than 2 magnitudes or more than 1000.
    public init(bins: Int = 31, interpolation: Interpolation = .nearest, fill: UInt8 = 0) throws {
        guard (2...1000).contains(bins) else {
            throw FoveaError(.usage, "TrivialAugment has \(bins) magnitudes.", remedy: "Use 2 to 1000; 31 is usual.")
        }
        (self.bins, self.interpolation, self.fill) = (bins, interpolation, fill)
    }

    /// Draws the operation and its magnitude.
    func step(random: inout CounterBasedGenerator.Stream) -> (operation: PolicyOperation, magnitude: Double) {
        let table = PolicyTable.wide(bins)
        let (operation, magnitudes) = table.rows[random.integer(below: table.rows.count)]
        guard !magnitudes.values.isEmpty else { return (operation, 0) }
        let magnitude = magnitudes.values[random.integer(below: bins)]
        return (operation, magnitudes.isSigned ? random.sign() * magnitude : magnitude)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        let step = step(random: &random)
        return step.operation.applied(to: image, magnitude: step.magnitude, interpolation, fill: fill)
    }
}
