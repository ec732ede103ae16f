extension DecodedImage {
    /// A part that lies within the image.
    func cropped(top: Int, left: Int, height newHeight: Int, width newWidth: Int) -> DecodedImage {
        precondition(
            top >= 0 && left >= 0 && top + newHeight <= height && left + newWidth <= width, "the part lies within")
        if (newHeight, newWidth) == (height, width) { return self }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(channels * newHeight * newWidth)
        for row in top..<top + newHeight {
            let start = bytes.startIndex + (row * width + left) * channels
            pixels += bytes[start..<start + newWidth * channels]
        }
        return DecodedImage(pixels: pixels, channels: channels, height: newHeight, width: newWidth)
    }
}
