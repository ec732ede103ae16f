extension DecodedImage {
    /// The mirror image: the last column first. torchvision's `hflip`.
    func mirrored() -> DecodedImage {
        var pixels = [UInt8](repeating: 0, count: bytes.count)
        let source = bytes.span
        var result = pixels.mutableSpan
        let length = width * channels
        for line in stride(from: 0, to: result.count, by: length) {
            for start in stride(from: 0, to: length, by: channels) {
                let opposite = line + length - channels - start
                for channel in 0..<channels { result[line + start + channel] = source[opposite + channel] }
            }
        }
        return withPixels(pixels)
    }

    /// The last row first. torchvision's `vflip`.
    func turnedUpsideDown() -> DecodedImage {
        let length = width * channels
        var pixels: [UInt8] = []
        pixels.reserveCapacity(bytes.count)
        for end in stride(from: bytes.endIndex, to: bytes.startIndex, by: -length) {
            pixels += bytes[end - length..<end]
        }
        return withPixels(pixels)
    }

    /// The image with `margin` rows and columns of one byte on each side. torchvision's `pad`.
    func padded(by margin: Int, fill: UInt8) -> DecodedImage {
        guard margin > 0 else { return self }
        let (newHeight, newWidth) = (height + 2 * margin, width + 2 * margin)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(newHeight * newWidth * channels)
        func appendMargin(_ count: Int) { pixels.append(contentsOf: repeatElement(fill, count: count * channels)) }
        appendMargin(margin * newWidth)
        let length = width * channels
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: length) {
            appendMargin(margin)
            pixels += bytes[start..<start + length]
            appendMargin(margin)
        }
        appendMargin(margin * newWidth)
        return DecodedImage(pixels: pixels, channels: channels, height: newHeight, width: newWidth)
    }
}
