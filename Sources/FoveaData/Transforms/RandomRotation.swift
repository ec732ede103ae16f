public import FoveaGraph

/// Rotates the image about its middle by an angle drawn uniformly, counter-clockwise, in degrees. The size stays.
/// torchvision's `RandomRotation`, with its default of nearest pixels and black corners.
public struct RandomRotation: ImageTransform, Hashable {
    public let degrees: ClosedRange<Double>
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when an angle is beyond ±360°.
    public init(degrees: ClosedRange<Double>, interpolation: Interpolation = .nearest, fill: UInt8 = 0) throws {
        try expect(degrees, within: -360...360, of: "angle of rotation")
        (self.degrees, self.interpolation, self.fill) = (degrees, interpolation, fill)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        image.rotated(by: random.uniform(in: degrees), interpolation, fill: fill)
    }
}

extension DecodedImage {
    /// The image rotated about its middle, counter-clockwise, in degrees.
    func rotated(by degrees: Double, _ interpolation: Interpolation, fill: UInt8) -> DecodedImage {
        warped(by: AffineMap(rotation: degrees, height: height, width: width), interpolation, fill: fill)
    }
}
