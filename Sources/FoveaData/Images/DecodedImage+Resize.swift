extension DecodedImage {
    /// The whole image stretched or shrunk to a size, with a triangle filter that widens as the image shrinks, so that no
    /// pixel is skipped: along the columns first, then along the rows, rounded once at the end.
    ///
    /// The same numbers, up to the rounding, as
    /// `torch.nn.functional.interpolate(mode="bilinear", antialias=True)` and torchvision's `Resize((height, width))`.
    func resized(height newHeight: Int, width newWidth: Int) -> DecodedImage {
        if (newHeight, newWidth) == (height, width) { return self }
        let rows = Taps(from: height, to: newHeight)
        let columns = Taps(from: width, to: newWidth)
        var result = [UInt8](repeating: 0, count: channels * newHeight * newWidth)
        var line = [Float](repeating: 0, count: width)
        for channel in 0..<channels {
            let plane = bytes.span.extracting(channel * height * width..<(channel + 1) * height * width)
            for row in 0..<newHeight {
                mix(plane, rows, row, into: &line)
                let start = (channel * newHeight + row) * newWidth
                for column in 0..<newWidth {
                    let sum = columns.sum(of: line.span, at: column)
                    // Half away from zero, as `rounded` does, which would call a function: no sum is negative.
                    result[start + column] = UInt8(min(max(sum, 0) + 0.5, 255))
                }
            }
        }
        return DecodedImage(pixels: result, channels: channels, height: newHeight, width: newWidth)
    }

    /// A row of the result before it is resized horizontally: a mixture of rows of a plane.
    private func mix(_ plane: Span<UInt8>, _ taps: Taps, _ row: Int, into line: inout [Float]) {
        let width = line.count
        var sums = line.mutableSpan
        for column in 0..<width { sums[column] = 0 }
        for index in 0..<taps.length {
            let weight = taps.weights[row * taps.length + index]
            guard weight != 0 else { continue }
            let start = (taps.first[row] + index) * width
            // Safe: a tap with a weight lies within the plane, and both have a row's length. Checks at every pixel would
            // keep the loop from using vectors.
            unsafe plane.extracting(start..<start + width).withUnsafeBufferPointer { pixels in
                unsafe sums.withUnsafeMutableBufferPointer { sums in
                    for column in 0..<width { unsafe sums[column] += weight * Float(pixels[column]) }
                }
            }
        }
    }

    /// The weights of a resized axis: each new pixel is a weighted mean of neighbouring old ones, with weights whose
    /// sum is 1.
    private struct Taps {
        /// The largest number of old pixels that contribute to one new pixel.
        let length: Int
        /// The first old pixel of each position.
        let first: [Int]
        /// `length` weights for each position; 0 where it has fewer.
        let weights: [Float]

        init(from oldExtent: Int, to newExtent: Int) {
            let scale = Double(oldExtent) / Double(newExtent)
            let reach = max(scale, 1)
            let taps = (0..<newExtent).map { position -> (first: Int, weights: [Float]) in
                let centre = (Double(position) + 0.5) * scale
                let first = max(Int(centre - reach + 0.5), 0)
                let end = min(Int(centre + reach + 0.5), oldExtent)
                let weights = (first..<max(end, first + 1)).map { old in
                    max(1 - abs((Double(old) + 0.5 - centre) / reach), 0)
                }
                let sum = weights.reduce(0, +)
                return (first, weights.map { Float($0 / sum) })
            }
            let length = taps.map(\.weights.count).max() ?? 0
            self.length = length
            first = taps.map(\.first)
            weights = taps.flatMap { $0.weights + [Float](repeating: 0, count: length - $0.weights.count) }
        }

        /// A new pixel from a line of old ones.
        func sum(of line: Span<Float>, at position: Int) -> Float {
            let first = first[position]
            var sum: Float = 0
            for index in 0..<min(length, line.count - first) {
                sum += weights[position * length + index] * line[first + index]
            }
            return sum
        }
    }
}
