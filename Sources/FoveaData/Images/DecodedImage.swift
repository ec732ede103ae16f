import FoveaGraph

/// An image as bytes, `[channel, row, column]`.
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

    /// The pixels, `[channel, row, column]`.
    public var pixels: [UInt8] { Array(bytes) }

    /// Channels, rows and columns, for messages.
    var sizeText: String { "\(channels)×\(height)×\(width)" }

    /// The image with 1 or 3 channels: luminance is repeated, colour is weighted.
    func converted(toChannels wanted: Int) -> DecodedImage {
        if wanted == channels { return self }
        if channels == 1 {
            return DecodedImage(bytes: bytes + bytes + bytes, channels: 3, height: height, width: width)
        }
        let size = height * width
        let pixels = pixels
        let luminance = (0..<size).map { position -> UInt8 in
            // 0.299, 0.587 and 0.114 in 1/65536; they add up to 1, so that white stays white.
            let red = Int(pixels[position]) * 19595
            let green = Int(pixels[size + position]) * 38470
            let blue = Int(pixels[2 * size + position]) * 7471
            return UInt8((red + green + blue + 32768) >> 16)
        }
        return DecodedImage(pixels: luminance, channels: 1, height: height, width: width)
    }
}
