/// An image as bytes, `[channel, row, column]`.
public struct DecodedImage: Hashable, Sendable {
    public let pixels: [UInt8]
    /// 1 for luminance, 3 for sRGB.
    public let channels: Int
    public let height: Int
    public let width: Int

    init(pixels: [UInt8], channels: Int, height: Int, width: Int) {
        precondition(pixels.count == channels * height * width && pixels.count > 0, "as many pixels as the size has")
        self.pixels = pixels
        (self.channels, self.height, self.width) = (channels, height, width)
    }

    /// The image with 1 or 3 channels: luminance is repeated, colour is weighted.
    func converted(toChannels wanted: Int) -> DecodedImage {
        if wanted == channels { return self }
        if channels == 1 {
            return DecodedImage(pixels: pixels + pixels + pixels, channels: 3, height: height, width: width)
        }
        let size = height * width
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
