public import FoveaGraph

/// Shears, scales, rotates and moves the image, each by numbers drawn uniformly, about its middle. The size stays. torchvision's
/// `RandomAffine`, with its default of nearest pixels and a black surrounding.
public struct RandomAffine: ImageTransform, Hashable {
    /// Angles of the rotation, clockwise.
    public let degrees: ClosedRange<Double>
    /// The largest translations, as parts of the width and of the height.
    public let translation: SIMD2<Double>
    public let scale: ClosedRange<Double>
    /// Angles of the shear along the columns.
    public let shearX: ClosedRange<Double>
    /// Angles of the shear along the rows.
    public let shearY: ClosedRange<Double>
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Parameter translation: translations are whole pixels, up to these parts of the width and of the height.
    /// - Throws: ``FoveaError`` when an angle is beyond ±360°, a shear beyond ±89°, a translation not between 0 and 1, or a scale
    ///   not between 0.001 and 1000.
    public init(
        degrees: ClosedRange<Double>, translation: SIMD2<Double> = [0, 0], scale: ClosedRange<Double> = 1...1,
        shearX: ClosedRange<Double> = 0...0, shearY: ClosedRange<Double> = 0...0,
        interpolation: Interpolation = .nearest, fill: UInt8 = 0
    ) throws {
        try expect(degrees, within: -360...360, of: "angle of rotation")
        for axis in 0..<2 {
            try expect(translation[axis], within: 0...1, of: "largest translation")
        }
        try expect(scale, within: 0.001...1000, of: "scale")
        for shear in [shearX, shearY] { try expect(shear, within: -89...89, of: "angle of a shear") }
        (self.degrees, self.translation, self.scale) = (degrees, translation, scale)
        (self.shearX, self.shearY, self.interpolation, self.fill) = (shearX, shearY, interpolation, fill)
    }

    /// Draws the map for an image of a size.
    func map(height: Int, width: Int, random: inout CounterBasedGenerator.Stream) -> AffineMap {
        let angle = random.uniform(in: degrees)
        var moves: [Double] = []
        for (axis, length) in [width, height].enumerated() {
            let largest = translation[axis] * Double(length)
            moves.append(random.uniform(in: -largest...largest).rounded(.toNearestOrEven))
        }
        let scale = random.uniform(in: scale)
        let shear = (x: random.uniform(in: shearX), y: random.uniform(in: shearY))
        return AffineMap(
            degrees: angle, translation: (moves[0], moves[1]), scale: scale, shear: shear,
            center: (Double(width) * 0.5, Double(height) * 0.5))
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        let map = map(height: image.height, width: image.width, random: &random)
        return image.warped(by: map, interpolation, fill: fill)
    }
}
