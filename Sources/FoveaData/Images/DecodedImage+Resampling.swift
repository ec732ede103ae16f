import CFoveaImages

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
        precondition(rows.reach.upperBound <= height && needed.upperBound <= width, "taps lie within the image")
        let count = rows.count * columns.count * channels
        let result = unsafe [UInt8](unsafeUninitializedCapacity: count + 1) { result, initialized in
            // Vectors of four begin at the last pixel, of three; so the result has room for a byte more, too.
            var line = [Float](repeating: 0, count: needed.count * channels + 1)
            // Safe: taps lie within the image and the needed columns; the result has room for every pixel.
            unsafe rows.withPointers { rows in
                unsafe columns.withPointers { columns in
                    unsafe bytes.withUnsafeBufferPointer { bytes in
                        guard let pixels = bytes.baseAddress, let start = result.baseAddress else { return }
                        unsafe fovea_resample(
                            pixels, Int64(width), Int64(channels), rows, columns, Int64(needed.lowerBound),
                            Int64(needed.count), &line, start)
                    }
                }
            }
            initialized = count
        }
        return DecodedImage(pixels: result, channels: channels, height: rows.count, width: columns.count)
    }
}

extension AxisTaps {
    /// - Parameter body: may use the pointers during the call only.
    @unsafe fileprivate func withPointers(_ body: (fovea_taps) -> Void) {
        unsafe first.withUnsafeBufferPointer { first in
            unsafe lengths.withUnsafeBufferPointer { lengths in
                unsafe weights.withUnsafeBufferPointer { weights in
                    guard let first = first.baseAddress, let lengths = lengths.baseAddress,
                        let weights = weights.baseAddress
                    else { return }
                    unsafe body(
                        fovea_taps(
                            count: Int64(count), length: Int64(length), first: first, lengths: lengths,
                            weights: weights))
                }
            }
        }
    }
}
