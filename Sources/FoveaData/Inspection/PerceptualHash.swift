import FoveaFoundation

/// 64 bits that hardly change when a picture is resized, compressed or brightened: whether each of its 64 lowest frequencies
/// is stronger than their median.
///
/// The luminance at 32×32 pixels is transformed by a discrete cosine transform; the frequencies 1 to 8 along each axis
/// count. Source: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010.
struct PerceptualHash: Hashable, Sendable {
    let bits: UInt64

    static let extent = 32
    private static let frequencies = 8

    /// cos(π (x + ½) u / 32) for the frequencies u from 1 on, and each x.
    private static let cosines: [[Float]] = (1...frequencies).map { frequency in
        (0..<extent).map { Float(cos(Double.pi * (Double($0) + 0.5) * Double(frequency) / Double(extent))) }
    }

    init(bits: UInt64) { self.bits = bits }

    /// - Parameter luminance: 32 rows of 32 pixels.
    init(luminance: [UInt8]) {
        precondition(luminance.count == Self.extent * Self.extent, "a picture of 32×32 pixels")
        let pixels = luminance.map(Float.init)
        // Along the columns first: eight sums for each row.
        var rows = [Float](repeating: 0, count: Self.frequencies * Self.extent)
        for (frequency, cosines) in Self.cosines.enumerated() {
            for row in 0..<Self.extent {
                var sum: Float = 0
                for column in 0..<Self.extent { sum += cosines[column] * pixels[row * Self.extent + column] }
                rows[frequency * Self.extent + row] = sum
            }
        }
        let strengths = Self.cosines.flatMap { cosines in
            (0..<Self.frequencies).map { frequency in
                (0..<Self.extent).reduce(Float(0)) { $0 + cosines[$1] * rows[frequency * Self.extent + $1] }
            }
        }
        let median = strengths.sorted()[strengths.count / 2]
        bits = strengths.enumerated().reduce(0) { $1.element > median ? $0 | 1 << UInt64($1.offset) : $0 }
    }

    /// The number of bits that differ.
    func distance(to other: PerceptualHash) -> Int { (bits ^ other.bits).nonzeroBitCount }
}
