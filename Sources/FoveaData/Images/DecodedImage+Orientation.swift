extension DecodedImage {
    /// The image turned upright.
    func turned(by orientation: ImageOrientation) -> DecodedImage {
        if orientation == ImageOrientation() { return self }
        // The source of the first pixel, and the distance from there to the next row and column.
        let first = (orientation.flipsRows ? (height - 1) * width : 0) + (orientation.flipsColumns ? width - 1 : 0)
        var steps = (row: orientation.flipsRows ? -width : width, column: orientation.flipsColumns ? -1 : 1)
        var size = (height: height, width: width)
        if orientation.isTransposed {
            steps = (row: steps.column, column: steps.row)
            size = (height: width, width: height)
        }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(bytes.count)
        let bytes = bytes.span
        for row in 0..<size.height {
            for column in 0..<size.width {
                let from = (first + row * steps.row + column * steps.column) * channels
                for channel in 0..<channels { pixels.append(bytes[from + channel]) }
            }
        }
        return DecodedImage(pixels: pixels, channels: channels, height: size.height, width: size.width)
    }
}
