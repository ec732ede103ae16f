public import FoveaGraph

/// Applies one of 25 learned pairs of operations, each with its probability and strength. torchvision's `AutoAugment`, with its
/// default of nearest pixels and a black surrounding; images have their final size already.
///
/// Source: Cubuk et al., "AutoAugment: Learning Augmentation Strategies from Data", CVPR 2019.
public struct AutoAugment: ImageTransform, Hashable {
    /// The data that the pairs were learned on.
    public enum Policy: String, CaseIterable, Sendable {
        case imageNet = "imagenet"
        case cifar10
    }

    public let policy: Policy
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    public init(_ policy: Policy = .imageNet, interpolation: Interpolation = .nearest, fill: UInt8 = 0) {
        (self.policy, self.interpolation, self.fill) = (policy, interpolation, fill)
    }

    /// An operation with its probability and the index of its magnitude, of ten; nil where it has none.
    struct Step: Hashable, Sendable {
        let operation: PolicyOperation
        let probability: Double
        let bin: Int?
    }

    /// Draws the operations for an image of a size, with their magnitudes.
    func operations(
        height: Int, width: Int, random: inout CounterBasedGenerator.Stream
    ) -> [(operation: PolicyOperation, magnitude: Double)] {
        let table = PolicyTable.learned(10, height: height, width: width)
        let pair = policy.pairs[random.integer(below: policy.pairs.count)]
        return pair.compactMap { step in
            let (isApplied, sign) = (random.isTrue(withProbability: step.probability), random.sign())
            guard isApplied else { return nil }
            let magnitudes = table[step.operation]
            let magnitude = step.bin.map { magnitudes.values[$0] } ?? 0
            return (step.operation, magnitudes.isSigned ? sign * magnitude : magnitude)
        }
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        operations(height: image.height, width: image.width, random: &random).reduce(image) { image, step in
            step.operation.applied(to: image, magnitude: step.magnitude, interpolation, fill: fill)
        }
    }
}
