extension Resampling {
    /// The whole of an image of this size, shrunk to fit a square.
    static func fitting(height: Int, width: Int, in side: Int) throws -> Resampling {
        let longer = max(height, width, side)
        return try Resampling(
            Region(top: 0, left: 0, height: height, width: width), height: max(1, height * side / longer),
            width: max(1, width * side / longer))
    }
}

extension DecodedImage {
    /// The image shrunk to fit a square, or enlarged by the largest whole factor at which it still does: pixels stay squares.
    func fitting(_ side: Int) throws -> DecodedImage {
        let factor = side / max(height, width)
        if factor > 1 { return enlarged(by: factor) }
        return try resampled(.fitting(height: height, width: width, in: side))
    }

    /// Each pixel becomes a square.
    private func enlarged(by factor: Int) -> DecodedImage {
        let old = pixels
        var pixels: [UInt8] = []
        pixels.reserveCapacity(old.count * factor * factor)
        for row in 0..<height * factor {
            for column in 0..<width * factor {
                let start = (row / factor * width + column / factor) * channels
                pixels += old[start..<start + channels]
            }
        }
        return DecodedImage(pixels: pixels, channels: channels, height: height * factor, width: width * factor)
    }
}
