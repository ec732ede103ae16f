import FoveaFoundation
import FoveaGraph

/// What is found out about one picture by reading it once; small, so that all can be kept.
struct ExaminedPicture: Sendable {
    /// The file's bytes; nil for data that is held in memory.
    let content: ContentDigest?
    /// The decoded pixels and their size.
    let pixels: ContentDigest
    /// The size when it is upright.
    let height: Int
    let width: Int
    let hash: PerceptualHash
    /// The luminance at 16×16 pixels: it confirms that two pictures with near hashes are alike.
    let outline: [UInt8]
    /// The sums that make the mean and the deviation of each channel.
    let channels: [Moments]
    /// Whether all of it is grey, up to what compression makes of grey.
    let isGrey: Bool

    /// The sums of numbers and of their squares.
    struct Moments: Hashable, Sendable {
        var count = 0
        var sum = 0
        var squares = 0

        var mean: Double { Double(sum) / Double(max(1, count)) }
        var deviation: Double {
            let mean = mean
            return max(0, Double(squares) / Double(max(1, count)) - mean * mean).squareRoot()
        }

        static func + (left: Moments, right: Moments) -> Moments {
            Moments(
                count: left.count + right.count, sum: left.sum + right.sum, squares: left.squares + right.squares)
        }
    }

    /// - Parameters:
    ///   - height: the number of rows before it was reduced.
    ///   - width: the number of columns likewise.
    init(_ image: DecodedImage, content: ContentDigest?, height: Int, width: Int) throws {
        self.content = content
        (self.height, self.width) = (height, width)
        pixels = ContentDigest(image.bytes)
        channels = Self.moments(of: image)
        let extent = PerceptualHash.extent
        let small = try image.resampled(
            Resampling(
                Resampling.Region(top: 0, left: 0, height: image.height, width: image.width), height: extent,
                width: extent))
        isGrey = image.channels == 1 || Self.isGrey(small)
        let luminance = small.converted(toChannels: 1).pixels
        hash = PerceptualHash(luminance: luminance)
        outline = (0..<extent * extent / 4).map { position in
            let start = position / (extent / 2) * 2 * extent + position % (extent / 2) * 2
            let sum = [start, start + 1, start + extent, start + extent + 1].reduce(0) { $0 + Int(luminance[$1]) }
            return UInt8(sum / 4)
        }
    }

    /// Whether it is of one colour, up to the noise of a camera in the dark.
    var isBlank: Bool { channels.allSatisfy { $0.deviation <= 2 } }

    /// Whether both show the same: the correlation of their outlines is at least 0.98.
    func looksLike(_ other: ExaminedPicture) -> Bool {
        let pairs = zip(outline, other.outline)
        var (first, second, products) = (Moments(), Moments(), 0)
        for (own, others) in pairs {
            first.add(own)
            second.add(others)
            products += Int(own) * Int(others)
        }
        let covariance = Double(products) / Double(outline.count) - first.mean * second.mean
        return covariance >= 0.98 * first.deviation * second.deviation
    }

    private static func moments(of image: DecodedImage) -> [Moments] {
        let bytes = image.bytes.span
        return (0..<image.channels).map { channel in
            var (sum, squares) = (0, 0)
            for position in stride(from: channel, to: bytes.count, by: image.channels) {
                let byte = Int(bytes[position])
                sum += byte
                squares += byte * byte
            }
            return Moments(count: bytes.count / image.channels, sum: sum, squares: squares)
        }
    }

    private static func isGrey(_ image: DecodedImage) -> Bool {
        let pixels = image.pixels
        return stride(from: 0, to: pixels.count, by: 3).allSatisfy { start in
            let colours = pixels[start..<start + 3]
            return Int(colours.max() ?? 0) - Int(colours.min() ?? 0) <= 6
        }
    }
}

extension ExaminedPicture.Moments {
    fileprivate mutating func add(_ byte: UInt8) {
        count += 1
        sum += Int(byte)
        squares += Int(byte) * Int(byte)
    }
}
