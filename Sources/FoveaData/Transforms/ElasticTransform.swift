public import FoveaGraph

/// Moves each pixel by a displacement of its own, drawn uniformly and then smoothed, as if the image were seen through water.
/// torchvision's `ElasticTransform`, with its default of bilinear interpolation and a black surrounding.
///
/// The displacement along each axis is α/2 pixels times a field of numbers in −1...1, blurred with the deviation σ.
///
/// Source: Simard et al., "Best Practices for Convolutional Neural Networks Applied to Visual Document Analysis", ICDAR 2003.
public struct ElasticTransform: ImageTransform, Hashable {
    public let alpha: Double
    public let sigma: Double
    public let interpolation: Interpolation
    /// The byte of all channels outside the image.
    public let fill: UInt8

    /// - Throws: ``FoveaError`` when α or σ is out of range.
    public init(
        alpha: Double = 50, sigma: Double = 5, interpolation: Interpolation = .bilinear, fill: UInt8 = 0
    ) throws {
        try expect(alpha, within: 0...100_000, of: "strength of an elastic change")
        try expect(sigma, within: 0...60, of: "smoothness of an elastic change")
        (self.alpha, self.sigma, self.interpolation, self.fill) = (alpha, sigma, interpolation, fill)
    }

    /// Draws the displacement of each pixel along one axis.
    func displacements(height: Int, width: Int, random: inout CounterBasedGenerator.Stream) -> [Float] {
        let field = (0..<height * width).map { _ in Float(random.uniform(in: -1...1) * alpha / 2) }
        guard sigma > 0 else { return field }
        // A kernel of 8σ + 1 pixels, made odd.
        return GaussianKernel(radius: Int(8 * sigma + 1) / 2, sigma: sigma)
            .blurred(field, height: height, width: width, channels: 1)
    }

    public func changed(_ image: DecodedImage, random: inout CounterBasedGenerator.Stream) -> DecodedImage {
        let columns = displacements(height: image.height, width: image.width, random: &random)
        let rows = displacements(height: image.height, width: image.width, random: &random)
        return image.displaced(columns: columns, rows: rows, interpolation, fill: fill)
    }
}

extension DecodedImage {
    /// The image whose pixels come from other places: from so many columns to the right and rows down of their own, for each
    /// pixel. torchvision's `elastic_transform`, up to the rounding, which darkens what lies partly outside twice.
    func displaced(
        columns: [Float], rows: [Float], _ interpolation: Interpolation, fill: UInt8
    ) -> DecodedImage {
        var pixels = [UInt8](repeating: fill, count: bytes.count)
        let source = bytes.span
        var result = pixels.mutableSpan
        for pixel in 0..<height * width {
            let x = Float(pixel % width) + columns[pixel]
            let y = Float(pixel / width) + rows[pixel]
            // Beyond this no neighbour lies within the image.
            guard x > -1, y > -1, x < Float(width), y < Float(height) else { continue }
            if interpolation == .nearest {
                let (column, row) = (Int(x.rounded(.toNearestOrEven)), Int(y.rounded(.toNearestOrEven)))
                guard (0..<width).contains(column), (0..<height).contains(row) else { continue }
                for channel in 0..<channels {
                    result[pixel * channels + channel] = source[(row * width + column) * channels + channel]
                }
                continue
            }
            let (left, top) = (x.rounded(.down), y.rounded(.down))
            let (across, down) = (x - left, y - top)
            // Neighbours outside the image have no weight.
            let (leftWeight, rightWeight) = (left >= 0 ? 1 - across : 0, Int(left) + 1 < width ? across : 0)
            let (upperWeight, lowerWeight) = (top >= 0 ? 1 - down : 0, Int(top) + 1 < height ? down : 0)
            let (first, last) = (max(Int(left), 0) * channels, min(Int(left) + 1, width - 1) * channels)
            let (upper, lower) = (max(Int(top), 0) * width, min(Int(top) + 1, height - 1) * width)
            let share = (leftWeight + rightWeight) * (upperWeight + lowerWeight)
            for channel in 0..<channels {
                func mean(_ line: Int) -> Float {
                    leftWeight * Float(source[line * channels + first + channel])
                        + rightWeight * Float(source[line * channels + last + channel])
                }
                let inside = upperWeight * mean(upper) + lowerWeight * mean(lower)
                result[pixel * channels + channel] = UInt8(inside * share + (1 - share) * Float(fill) + 0.5)
            }
        }
        return withPixels(pixels)
    }
}
