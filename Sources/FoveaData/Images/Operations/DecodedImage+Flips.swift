extension DecodedImage {
    /// The mirror image: the last column first. torchvision's `hflip`.
    func mirrored() -> DecodedImage {
        let (height, width, channels) = (height, width, channels)
        // Safe: both images have as many rows and columns.
        return unsafe rewritten { source, result in
            for row in 0..<height {
                for column in 0..<width {
                    let old = unsafe source + (row * width + width - 1 - column) * channels
                    let new = unsafe result + (row * width + column) * channels
                    if channels == 3 {
                        unsafe (new[0], new[1], new[2]) = (old[0], old[1], old[2])
                    } else {
                        for channel in 0..<channels { unsafe new[channel] = old[channel] }
                    }
                }
            }
        }
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
}
