extension BMPHeader {
    init(_ bytes: [UInt8]) throws {
        var source = BytesInMemory(bytes)
        try self.init(reading: &source)
    }

    /// Red, green and blue of all pixels, rows from the top; what is transparent is put on white.
    ///
    /// Pixels that runs leave out have the first colour of the palette, as in Pillow; an index that the palette lacks is black.
    ///
    /// - Parameter bytes: the whole file.
    /// - Throws: ``ImageFault`` when it ends too early, or a run does not lie within the image.
    func pixels(_ bytes: [UInt8]) throws -> [UInt8] {
        if packing == .runs {
            let indices = try unpackedRuns(bytes)
            return rows { row, target in
                let start = row * width
                for column in 0..<width { set(&target, column, colour(Int(indices[start + column]), bytes)) }
            }
        }
        // Rows are filled up to whole groups of four bytes. Sizes are bounded by the limits on images.
        let rowByteCount = (width * bitsPerPixel + 7) / 8
        let stride = (rowByteCount + 3) / 4 * 4
        guard pixelStart <= bytes.count, stride * (height - 1) + rowByteCount <= bytes.count - pixelStart else {
            throw ImageFault.endsEarly
        }
        return rows { row, target in
            let rowStart = pixelStart + row * stride
            switch bitsPerPixel {
            case 24:
                for column in 0..<width {
                    let start = rowStart + 3 * column
                    set(&target, column, (bytes[start + 2], bytes[start + 1], bytes[start]))
                }
            case 16, 32:
                for column in 0..<width {
                    let start = rowStart + column * bitsPerPixel / 8
                    let value = bytes[start..<start + bitsPerPixel / 8].reversed().reduce(0) { $0 << 8 | UInt32($1) }
                    set(&target, column, masked(value))
                }
            default:
                let mask = 1 << bitsPerPixel - 1
                for column in 0..<width {
                    let bit = column * bitsPerPixel
                    let index = Int(bytes[rowStart + bit / 8]) >> (8 - bitsPerPixel - bit % 8) & mask
                    set(&target, column, colour(index, bytes))
                }
            }
        }
    }

    private typealias Colour = (red: UInt8, green: UInt8, blue: UInt8)

    /// Fills each row from the top, from the row of the file that it is.
    private func rows(_ fill: (_ row: Int, _ target: inout ArraySlice<UInt8>) -> Void) -> [UInt8] {
        var pixels = [UInt8](repeating: 0, count: height * width * 3)
        for row in 0..<height {
            let range = row * width * 3..<(row + 1) * width * 3
            fill(isTopDown ? row : height - 1 - row, &pixels[range])
        }
        return pixels
    }

    private func set(_ target: inout ArraySlice<UInt8>, _ column: Int, _ colour: Colour) {
        let start = target.startIndex + 3 * column
        target[start] = colour.red
        target[start + 1] = colour.green
        target[start + 2] = colour.blue
    }

    private func colour(_ index: Int, _ bytes: [UInt8]) -> Colour {
        let start = palette.start + index * palette.stride
        guard index < palette.count, start + 3 <= bytes.count else { return (0, 0, 0) }
        return (bytes[start + 2], bytes[start + 1], bytes[start])
    }

    private func masked(_ value: UInt32) -> Colour {
        func channel(_ mask: UInt32) -> UInt32 {
            guard mask != 0 else { return 0 }
            let most = UInt64(mask >> mask.trailingZeroBitCount)
            return UInt32(
                truncatingIfNeeded: (UInt64((value & mask) >> mask.trailingZeroBitCount) * 255 + most / 2) / most)
        }
        let alpha = masks[3] == 0 ? 255 : channel(masks[3])
        func onWhite(_ mask: UInt32) -> UInt8 {
            UInt8(truncatingIfNeeded: (channel(mask) * alpha + 127) / 255 + 255 - alpha)
        }
        return (onWhite(masks[0]), onWhite(masks[1]), onWhite(masks[2]))
    }

    /// The palette's index of each pixel, rows as the file has them.
    private func unpackedRuns(_ bytes: [UInt8]) throws -> [UInt8] {
        var reader = RunReader(bytes, at: pixelStart)
        var indices = [UInt8](repeating: 0, count: height * width)
        var (row, column) = (0, 0)
        func put(_ index: UInt8) throws {
            guard row < height, column < width else { throw ImageFault("a run of pixels leads out of it") }
            indices[row * width + column] = index
            column += 1
        }
        while true {
            if reader.isAtEnd, row == height - 1 && column == width || row >= height { return indices }
            let (count, value) = (try reader.next(), try reader.next())
            if count > 0 {
                for number in 0..<Int(count) { try put(half(of: value, number)) }
                continue
            }
            switch value {
            case 0: (row, column) = (row + 1, 0)
            case 1: return indices
            case 2:
                column += Int(try reader.next())
                row += Int(try reader.next())
                guard row < height, column <= width else { throw ImageFault("a run of pixels leads out of it") }
            default:
                var pair: UInt8 = 0
                let perByte = 8 / bitsPerPixel
                for number in 0..<Int(value) {
                    if number.isMultiple(of: perByte) { pair = try reader.next() }
                    try put(half(of: pair, number))
                }
                // Numbers fill pairs of bytes.
                if (Int(value) + perByte - 1) / perByte % 2 == 1 { _ = try reader.next() }
            }
        }
    }

    /// The index in a byte: the byte, or the one or other half of it.
    private func half(of byte: UInt8, _ number: Int) -> UInt8 {
        bitsPerPixel == 8 ? byte : number.isMultiple(of: 2) ? byte >> 4 : byte & 15
    }

    private struct RunReader {
        private let bytes: [UInt8]
        private var position: Int

        init(_ bytes: [UInt8], at start: Int) { (self.bytes, position) = (bytes, start) }

        var isAtEnd: Bool { position >= bytes.count }

        mutating func next() throws -> UInt8 {
            guard position < bytes.count else { throw ImageFault.endsEarly }
            defer { position += 1 }
            return bytes[position]
        }
    }
}
