import FoveaGraph

/// The new value of each byte.
struct ByteTable {
    private let bytes: [UInt8]

    /// - Parameter byte: the new value of each of 0...255; what lies outside becomes 0 or 255.
    init(_ byte: (Int) -> Int) { bytes = (0..<256).map { UInt8(min(max(byte($0), 0), 255)) } }

    subscript(byte: UInt8) -> UInt8 { bytes[Int(byte)] }

    static let identity = ByteTable { $0 }
}

extension DecodedImage {
    /// The image with each byte replaced by its new value.
    func mapped(by table: ByteTable) -> DecodedImage {
        var pixels = [UInt8](repeating: 0, count: bytes.count)
        let source = bytes.span
        var result = pixels.mutableSpan
        for index in result.indices { result[index] = table[source[index]] }
        return withPixels(pixels)
    }

    /// The image with each byte replaced by the new value that its channel's table has.
    func mapped(by tables: [ByteTable]) -> DecodedImage {
        guard tables.count > 1 else { return mapped(by: tables.first ?? .identity) }
        var pixels = [UInt8](repeating: 0, count: bytes.count)
        let source = bytes.span
        var result = pixels.mutableSpan
        for (channel, table) in tables.enumerated() {
            for index in stride(from: channel, to: result.count, by: channels) { result[index] = table[source[index]] }
        }
        return withPixels(pixels)
    }

    /// How often each byte occurs in each channel.
    var histograms: [[Int]] {
        let source = bytes.span
        return (0..<channels).map { channel in
            var counts = [Int](repeating: 0, count: 256)
            for index in stride(from: channel, to: source.count, by: channels) { counts[Int(source[index])] += 1 }
            return counts
        }
    }

    /// An image of this size with other pixels.
    func withPixels(_ pixels: [UInt8]) -> DecodedImage {
        DecodedImage(pixels: pixels, channels: channels, height: height, width: width)
    }
}

/// from + factor · (to − from), cut off to an integer and to 0...255: a factor of 0 gives `from`, 1 gives `to`, and one above 1
/// goes beyond. Computed in `Float`, as Pillow's `Image.blend`.
func blend(_ from: Int, _ to: Int, _ factor: Float) -> UInt8 {
    UInt8(min(max(Float(from) + factor * Float(to - from), 0), 255))
}
