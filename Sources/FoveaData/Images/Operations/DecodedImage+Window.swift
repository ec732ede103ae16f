extension DecodedImage {
    /// A window on the image that may reach beyond it; what lies outside has one byte in all channels. torchvision's `pad` and
    /// `crop`.
    ///
    /// - Parameters:
    ///   - top: the window's first row, which may be negative.
    ///   - left: its first column, likewise.
    func window(top: Int, left: Int, height newHeight: Int, width newWidth: Int, fill: UInt8) -> DecodedImage {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(newHeight * newWidth * channels)
        func appendFill(_ count: Int) { pixels.append(contentsOf: repeatElement(fill, count: count * channels)) }
        let columns = min(max(left, 0), width)..<max(min(left + newWidth, width), min(max(left, 0), width))
        let before = min(max(-left, 0), newWidth - columns.count)
        for row in top..<top + newHeight {
            guard (0..<height).contains(row) else {
                appendFill(newWidth)
                continue
            }
            appendFill(before)
            let start = bytes.startIndex + (row * width + columns.lowerBound) * channels
            pixels += bytes[start..<start + columns.count * channels]
            appendFill(newWidth - before - columns.count)
        }
        return DecodedImage(pixels: pixels, channels: channels, height: newHeight, width: newWidth)
    }
}
