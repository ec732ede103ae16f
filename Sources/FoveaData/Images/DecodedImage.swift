import CFoveaImages
import FoveaGraph

/// An image as bytes, `[row, column, channel]`: the channels of a pixel beside each other, as files and decoders have them.
///
/// Batches hold images as networks want them, `[batch, channel, row, column]`.
public struct DecodedImage: Hashable, Sendable {
    /// The pixels, perhaps within the memory of others: their indices need not begin at 0.
    let bytes: ArraySlice<UInt8>
    /// 1 for luminance, 3 for sRGB; data that is not pictures may have others.
    public let channels: Int
    public let height: Int
    public let width: Int

    /// - Throws: ``FoveaError`` when a size is less than 1, or there are not as many pixels as the size has.
    public init(channels: Int, height: Int, width: Int, pixels: [UInt8]) throws {
        let shape = try Shape(validating: [channels, height, width])
        guard pixels.count == shape.elementCount, pixels.count > 0 else {
            throw FoveaError(
                .badData, "An image of \(channels)×\(height)×\(width) cannot have \(pixels.count) pixels.",
                remedy: "Give channels × rows × columns of them, at least one.")
        }
        self.init(pixels: pixels, channels: channels, height: height, width: width)
    }

    init(pixels: [UInt8], channels: Int, height: Int, width: Int) {
        self.init(bytes: pixels[...], channels: channels, height: height, width: width)
    }

    init(bytes: ArraySlice<UInt8>, channels: Int, height: Int, width: Int) {
        precondition(bytes.count == channels * height * width && bytes.count > 0, "as many pixels as the size has")
        self.bytes = bytes
        (self.channels, self.height, self.width) = (channels, height, width)
    }

    /// The pixels, `[row, column, channel]`.
    public var pixels: [UInt8] { Array(bytes) }

    /// Channels, rows and columns, for messages.
    var sizeText: String { "\(channels)×\(height)×\(width)" }

    /// The image with 1 or 3 channels: luminance is repeated, colour is weighted.
    func converted(toChannels wanted: Int) -> DecodedImage {
        if wanted == channels { return self }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(height * width * wanted)
        let bytes = bytes.span
        for start in stride(from: 0, to: bytes.count, by: channels) {
            if channels == 1 {
                for _ in 0..<wanted { pixels.append(bytes[start]) }
            } else {
                pixels.append(Self.luminance(red: bytes[start], green: bytes[start + 1], blue: bytes[start + 2]))
            }
        }
        return DecodedImage(pixels: pixels, channels: wanted, height: height, width: width)
    }

    /// 0.299 R + 0.587 G + 0.114 B in 1/65536, rounded; the weights add up to 1, so that white stays white (ITU-R BT.601).
    static func luminance(red: UInt8, green: UInt8, blue: UInt8) -> UInt8 {
        let sum: Int = Int(red) * 19595 + Int(green) * 38470 + Int(blue) * 7471
        return UInt8((sum + 32768) >> 16)
    }

    /// Writes the planes of the channels, one after the other; there is room for as many bytes as the image has.
    @unsafe func writePlanes(to target: UnsafeMutablePointer<UInt8>) {
        // Safe: the pixels are as many as the image's sizes say.
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let pixels = bytes.baseAddress else { return }
            unsafe fovea_separate(pixels, Int64(height * width), Int64(channels), target)
        }
    }
}
