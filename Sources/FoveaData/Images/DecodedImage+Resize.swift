extension DecodedImage {
    /// The whole image stretched or shrunk to a size, with a triangle filter that widens as the image shrinks, so that no
    /// pixel is skipped: along the rows first, then along the columns, rounded once at the end.
    ///
    /// The same numbers, up to the rounding, as
    /// `torch.nn.functional.interpolate(mode="bilinear", antialias=True)` and torchvision's `Resize((height, width))`.
    func resized(height newHeight: Int, width newWidth: Int) -> DecodedImage {
        if (newHeight, newWidth) == (height, width) { return self }
        let columns = Self.taps(from: width, to: newWidth)
        let rows = Self.taps(from: height, to: newHeight)
        var result = [UInt8](repeating: 0, count: channels * newHeight * newWidth)
        var narrowed = [Float](repeating: 0, count: height * newWidth)
        var sums = [Float](repeating: 0, count: newWidth)
        for channel in 0..<channels {
            for row in 0..<height {
                let line = pixels.span.extracting(
                    (channel * height + row) * width..<(channel * height + row + 1) * width)
                for (column, tap) in columns.enumerated() {
                    var sum: Float = 0
                    for index in tap.weights.indices { sum += tap.weights[index] * Float(line[tap.first + index]) }
                    narrowed[row * newWidth + column] = sum
                }
            }
            for (row, tap) in rows.enumerated() {
                for column in 0..<newWidth { sums[column] = 0 }
                for (index, weight) in tap.weights.enumerated() {
                    let line = narrowed.span.extracting(
                        (tap.first + index) * newWidth..<(tap.first + index + 1) * newWidth)
                    for column in 0..<newWidth { sums[column] += weight * line[column] }
                }
                let start = (channel * newHeight + row) * newWidth
                // Half away from zero, as `rounded` does, which would call a function: no sum is negative.
                for column in 0..<newWidth { result[start + column] = UInt8(min(max(sums[column], 0) + 0.5, 255)) }
            }
        }
        return DecodedImage(pixels: result, channels: channels, height: newHeight, width: newWidth)
    }

    /// What one new pixel is made of: neighbouring old ones from `first` on, with weights whose sum is 1.
    private struct Tap {
        let first: Int
        let weights: [Float]
    }

    private static func taps(from oldExtent: Int, to newExtent: Int) -> [Tap] {
        let scale = Double(oldExtent) / Double(newExtent)
        let reach = max(scale, 1)
        return (0..<newExtent).map { position in
            let centre = (Double(position) + 0.5) * scale
            let first = max(Int(centre - reach + 0.5), 0)
            let end = min(Int(centre + reach + 0.5), oldExtent)
            let weights = (first..<max(end, first + 1)).map { old in
                max(1 - abs((Double(old) + 0.5 - centre) / reach), 0)
            }
            let sum = weights.reduce(0, +)
            return Tap(first: first, weights: weights.map { Float($0 / sum) })
        }
    }
}
