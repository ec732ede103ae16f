extension PNMHeader {
    init(_ bytes: [UInt8]) throws {
        var source = BytesInMemory(bytes)
        try self.init(reading: &source)
    }

    /// The samples of all pixels, scaled to 8 bits: round(255 · sample / largest).
    ///
    /// - Parameter bytes: the whole file.
    /// - Throws: ``ImageFault`` when it ends too early, or a sample is larger than the largest.
    func pixels(_ bytes: [UInt8]) throws -> [UInt8] {
        // Sizes are bounded by the limits on images.
        let count = height * width * channels
        let left = max(0, bytes.count - pixelStart)
        guard let maximum else { return isText ? try bits(inText: bytes) : try bits(bytes) }
        if isText {
            // Each number has a digit, and a space before the next.
            guard left >= 2 * count - 1 else { throw ImageFault.endsEarly }
            var text = PNMText(bytes, from: pixelStart)
            return try (0..<count).map { _ in try scaled(text.number("sample"), maximum) }
        }
        let size = maximum < 256 ? 1 : 2
        guard left >= count * size else { throw ImageFault.endsEarly }
        let samples = bytes[pixelStart..<pixelStart + count * size]
        if maximum == 255 { return Array(samples) }
        return try stride(from: samples.startIndex, to: samples.endIndex, by: size).map { start in
            try scaled(size == 1 ? Int(samples[start]) : Int(samples[start]) << 8 | Int(samples[start + 1]), maximum)
        }
    }

    private func scaled(_ sample: Int, _ maximum: Int) throws -> UInt8 {
        guard sample <= maximum else { throw ImageFault("a sample is \(sample), and \(maximum) the largest") }
        return UInt8(truncatingIfNeeded: (sample * 255 + maximum / 2) / maximum)
    }

    private func bits(inText bytes: [UInt8]) throws -> [UInt8] {
        guard bytes.count - pixelStart >= height * width else { throw ImageFault.endsEarly }
        var text = PNMText(bytes, from: pixelStart)
        return try (0..<height * width).map { _ in try text.bit() == 1 ? 0 : 255 }
    }

    private func bits(_ bytes: [UInt8]) throws -> [UInt8] {
        let stride = (width + 7) / 8
        guard bytes.count - pixelStart >= stride * height else { throw ImageFault.endsEarly }
        return (0..<height * width).map { position in
            let (row, column) = position.quotientAndRemainder(dividingBy: width)
            let byte = bytes[pixelStart + row * stride + column / 8]
            return byte >> (7 - column % 8) & 1 == 1 ? 0 : 255
        }
    }
}
