public import FoveaGraph

/// Changes brightness, contrast, saturation and hue, in random order, by factors drawn uniformly. torchvision's `ColorJitter`.
///
/// A factor of 1 leaves brightness, contrast and saturation as they are, and one of 0 the hue. What cannot change is not drawn.
public struct ColorJitter: ImageTransform, Hashable {
    public let brightness: ClosedRange<Double>
    public let contrast: ClosedRange<Double>
    public let saturation: ClosedRange<Double>
    /// Parts of the circle of colours.
    public let hue: ClosedRange<Double>

    /// - Throws: ``FoveaError`` when a factor is negative or above 100, or a hue does not lie between −0.5 and 0.5.
    public init(
        brightness: ClosedRange<Double>, contrast: ClosedRange<Double> = 1...1,
        saturation: ClosedRange<Double> = 1...1, hue: ClosedRange<Double> = 0...0
    ) throws {
        for (name, range) in [("brightness", brightness), ("contrast", contrast), ("saturation", saturation)] {
            try expect(range, within: 0...100, of: "factor of \(name)")
        }
        try expect(hue, within: -0.5...0.5, of: "change of hue")
        (self.brightness, self.contrast, self.saturation, self.hue) = (brightness, contrast, saturation, hue)
    }

    /// Factors within max(0, 1 − x)...1 + x, and hues within −x...x.
    ///
    /// - Throws: ``FoveaError`` when a number is negative or too large.
    public init(brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0) throws {
        for (name, number, bound) in [
            ("brightness", brightness, 99), ("contrast", contrast, 99), ("saturation", saturation, 99),
            ("hue", hue, 0.5),
        ] {
            try expect(number, within: 0...bound, of: "largest change of \(name)")
        }
        func factors(_ change: Double) -> ClosedRange<Double> { max(0, 1 - change)...1 + change }
        try self.init(
            brightness: factors(brightness), contrast: factors(contrast), saturation: factors(saturation),
            hue: -hue...hue)
    }

    /// One of the changes, with its factor.
    enum Change: Hashable {
        case brightness(Double)
        case contrast(Double)
        case saturation(Double)
        case hue(Double)
    }

    /// Draws the changes, in the order in which they are made.
    func changes(random: inout CounterBasedGenerator.Stream) -> [Change] {
        random.permutation(of: 4).compactMap { index in
            let (range, unchanged) = ([brightness, contrast, saturation, hue][index], index == 3 ? 0.0 : 1)
            guard range != unchanged...unchanged else { return nil }
            let factor = random.uniform(in: range)
            return [Change.brightness(factor), .contrast(factor), .saturation(factor), .hue(factor)][index]
        }
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        changes(random: &random).reduce(image) { image, change in
            switch change {
            case .brightness(let factor): image.brightened(by: factor)
            case .contrast(let factor): image.contrasted(by: factor)
            case .saturation(let factor): image.saturated(by: factor)
            case .hue(let turn): image.hueTurned(by: turn)
            }
        }
    }
}
