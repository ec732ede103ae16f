public import FoveaGraph

/// Looks at the image from another side, with a probability: each corner moves inwards, by whole pixels drawn uniformly.
/// torchvision's `RandomPerspective`, with its default of bilinear interpolation and a black surrounding.
public struct RandomPerspective: ImageTransform, Hashable {
    /// The largest part of half the width and half the height by which corners move.
    public let distortion: Double
    public let probability: Double
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when the distortion or the probability does not lie between 0 and 1.
    public init(
        distortion: Double = 0.5, probability: Double = 0.5, interpolation: Interpolation = .bilinear, fill: UInt8 = 0
    ) throws {
        try expect(distortion, within: 0...1, of: "distortion of a perspective")
        try expectProbability(probability, of: "a perspective")
        (self.distortion, self.probability) = (distortion, probability)
        (self.interpolation, self.fill) = (interpolation, fill)
    }

    /// Draws where the corners move to, from the upper left clockwise.
    func corners(height: Int, width: Int, random: inout CounterBasedGenerator.Stream) -> [PerspectiveMap.Point] {
        func move(_ length: Int) -> Int { random.integer(below: Int(distortion * Double(length / 2)) + 1) }
        return [(false, false), (true, false), (true, true), (false, true)].map { isRight, isLower in
            let (x, y) = (move(width), move(height))
            return PerspectiveMap.Point(x: isRight ? width - 1 - x : x, y: isLower ? height - 1 - y : y)
        }
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        guard random.isTrue(withProbability: probability) else { return image }
        let corners = corners(height: image.height, width: image.width, random: &random)
        // Images of one row or column have no perspective.
        guard let map = PerspectiveMap(movingCornersTo: corners, height: image.height, width: image.width) else {
            return image
        }
        return image.warped(by: map, interpolation, fill: fill)
    }
}
