extension DecodedImage {
    /// The whole image stretched or shrunk to a size.
    func resized(height newHeight: Int, width newWidth: Int) -> DecodedImage {
        if (newHeight, newWidth) == (height, width) { return self }
        let rows = AxisTaps(0..<Double(height), of: height, to: newHeight, keeping: 0..<newHeight)
        let columns = AxisTaps(0..<Double(width), of: width, to: newWidth, keeping: 0..<newWidth)
        return resampled(rows, columns)
    }

    /// - Throws: ``FoveaError`` when the region does not lie within the image.
    func resampled(_ resampling: Resampling) throws -> DecodedImage {
        let (region, kept) = (resampling.region, resampling.kept)
        guard region.isPart(ofHeight: height, width: width) else {
            throw resampling.misses(height: height, width: width)
        }
        if (region.height, region.width) == (resampling.height, resampling.width) {
            return cropped(
                top: region.top + kept.top, left: region.left + kept.left, height: kept.height, width: kept.width)
        }
        return resampled(resampling.rowTaps(), resampling.columnTaps())
    }

    /// Resizes with a triangle filter that widens as the image shrinks, so that no pixel is skipped: along the columns first,
    /// then along the rows, rounded once at the end.
    ///
    /// The same numbers, up to the rounding, as
    /// `torch.nn.functional.interpolate(mode="bilinear", antialias=True)` and torchvision's `Resize((height, width))`.
    func resampled(_ rows: AxisTaps, _ columns: AxisTaps) -> DecodedImage {
        // The columns of the image that the result needs.
        let needed = columns.reach
        var line = [Float](repeating: 0, count: needed.count * channels + 3)
        var result = [UInt8](repeating: 0, count: rows.count * columns.count * channels)
        for row in 0..<rows.count {
            mix(rows, row, columns: needed, into: &line)
            let start = row * columns.count * channels
            // Safe: taps lie within the needed columns, and three elements behind them let a vector of four begin at the last.
            unsafe line.withUnsafeBufferPointer { line in
                unsafe result.withUnsafeMutableBufferPointer { result in
                    if channels == 3 {
                        unsafe Self.mixColours(columns, from: line, skipping: needed.lowerBound, to: result, at: start)
                    } else {
                        unsafe mixPlanes(columns, from: line, skipping: needed.lowerBound, to: result, at: start)
                    }
                }
            }
        }
        return DecodedImage(pixels: result, channels: channels, height: rows.count, width: columns.count)
    }

    /// A row of the result before it is resized horizontally: a mixture of rows of the image.
    private func mix(_ taps: AxisTaps, _ row: Int, columns: Range<Int>, into line: inout [Float]) {
        let count = columns.count * channels
        // Safe: a tap lies within the image, and the line has as many elements as the columns. Checks at every pixel would
        // keep the loop from using vectors.
        unsafe line.withUnsafeMutableBufferPointer { line in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                for index in 0..<taps.lengths[row] {
                    let weight = taps.weights[row * taps.length + index]
                    let start = ((taps.first[row] + index) * width + columns.lowerBound) * channels
                    if index == 0 {
                        for column in 0..<count { unsafe line[column] = weight * Float(bytes[start + column]) }
                    } else {
                        for column in 0..<count { unsafe line[column] += weight * Float(bytes[start + column]) }
                    }
                }
            }
        }
    }

    /// The pixels of a row of the result, three channels at a time.
    @unsafe private static func mixColours(
        _ taps: AxisTaps, from line: UnsafeBufferPointer<Float>, skipping skipped: Int,
        to result: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        guard let line = unsafe UnsafeRawPointer(line.baseAddress) else { return }
        let pixelSize = 3 * MemoryLayout<Float>.stride
        unsafe taps.first.withUnsafeBufferPointer { first in
            unsafe taps.weights.withUnsafeBufferPointer { weights in
                for column in 0..<taps.count {
                    var sum = SIMD4<Float>.zero
                    var offset = unsafe (first[column] - skipped) * pixelSize
                    let weightsStart = column * taps.length
                    for index in weightsStart..<weightsStart + taps.lengths[column] {
                        sum += unsafe line.loadUnaligned(fromByteOffset: offset, as: SIMD4<Float>.self) * weights[index]
                        offset += pixelSize
                    }
                    for channel in 0..<3 { unsafe result[start + column * 3 + channel] = rounded(sum[channel]) }
                }
            }
        }
    }

    /// The pixels of a row of the result for any number of channels.
    @unsafe private func mixPlanes(
        _ taps: AxisTaps, from line: UnsafeBufferPointer<Float>, skipping skipped: Int,
        to result: UnsafeMutableBufferPointer<UInt8>, at start: Int
    ) {
        for column in 0..<taps.count {
            for channel in 0..<channels {
                var sum: Float = 0
                for index in 0..<taps.lengths[column] {
                    let position = (taps.first[column] + index - skipped) * channels + channel
                    sum += unsafe line[position] * taps.weights[column * taps.length + index]
                }
                unsafe result[start + column * channels + channel] = Self.rounded(sum)
            }
        }
    }

    /// Half away from zero, as `rounded` does, which would call a function: no sum is negative.
    private static func rounded(_ sum: Float) -> UInt8 { UInt8(min(max(sum, 0) + 0.5, 255)) }
}
