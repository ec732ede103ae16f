public import FoveaGraph

/// Applies some operations drawn at random, all with the same strength. torchvision's `RandAugment`, with its default of nearest
/// pixels and a black surrounding; images have their final size already.
///
/// Source: Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space", NeurIPS 2020.
public struct RandAugment: ImageTransform, Hashable {
    /// Number of operations.
    public let operations: Int
    /// The strength: an index of the magnitudes.
    public let magnitude: Int
    /// Number of magnitudes from the weakest to the strongest.
    public let bins: Int
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when a number is out of range.
    public init(
        operations: Int = 2, magnitude: Int = 9, bins: Int = 31, interpolation: Interpolation = .nearest,
        fill: UInt8 = 0
    ) throws {
        guard (0...100).contains(operations), (2...1000).contains(bins), (0..<bins).contains(magnitude) else {
            throw FoveaError(
                .usage, "RandAugment cannot apply \(operations) operations of magnitude \(magnitude) of \(bins).",
                remedy: "Use 0 to 100 operations, 2 to 1000 magnitudes, and one of them, counted from 0.")
        }
        (self.operations, self.magnitude, self.bins) = (operations, magnitude, bins)
        (self.interpolation, self.fill) = (interpolation, fill)
    }

    /// Draws the operations for an image of a size, with their magnitudes.
    func steps(
        height: Int, width: Int, random: inout CounterBasedGenerator.Stream
    ) -> [(operation: PolicyOperation, magnitude: Double)] {
        let table = PolicyTable.learned(bins, height: height, width: width)
        return (0..<operations).map { _ in
            let (operation, magnitudes) = table.rows[random.integer(below: table.rows.count)]
            let magnitude = magnitudes.values.isEmpty ? 0 : magnitudes.values[magnitude]
            return (operation, magnitudes.isSigned ? random.sign() * magnitude : magnitude)
        }
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        steps(height: image.height, width: image.width, random: &random).reduce(image) { image, step in
            step.operation.applied(to: image, magnitude: step.magnitude, interpolation, fill: fill)
        }
    }
}
