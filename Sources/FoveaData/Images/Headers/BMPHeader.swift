/// What a BMP file says before its pixels.
///
/// Source: Microsoft, "Bitmap Storage", `BITMAPINFOHEADER`, `BITMAPV5HEADER`; OS/2 Presentation Manager, `BITMAPINFOHEADER2`.
struct BMPHeader {
    enum Packing {
        case none
        /// Runs of palette indices of so many bits.
        case runs
    }

    let height: Int
    let width: Int
    /// Whether the first row of the file is the top one.
    let isTopDown: Bool
    let bitsPerPixel: Int
    let packing: Packing
    /// The bits of a pixel that are red, green, blue and alpha; no alpha where that is 0.
    let masks: [UInt32]
    /// Where the palette begins, the number of its colours, and the bytes of each.
    let palette: (start: Int, count: Int, stride: Int)
    let pixelStart: Int

    /// The lengths of the second header in all versions of the format.
    static let lengths: Set = [12, 16, 40, 52, 56, 64, 108, 124]

    /// - Throws: ``ImageFault`` when the header is damaged, or asks for what is not read here; what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source) throws {
        let length = try source.littleEndian(14, byteCount: 4)
        guard Self.lengths.contains(length) else { throw ImageFault("its header has \(length) bytes") }
        let isFirstVersion = length == 12
        let sizeByteCount = isFirstVersion ? 2 : 4
        width = Self.signed(try source.littleEndian(18, byteCount: sizeByteCount), sizeByteCount)
        let rows = Self.signed(try source.littleEndian(18 + sizeByteCount, byteCount: sizeByteCount), sizeByteCount)
        (height, isTopDown) = (abs(rows), rows < 0)
        bitsPerPixel = try source.littleEndian(18 + 2 * sizeByteCount + 2, byteCount: 2)
        let compression = length >= 40 ? try source.littleEndian(30, byteCount: 4) : 0
        packing = try Self.packing(compression, bitsPerPixel, isOS2: length == 64)

        let hasMasks = [3, 6].contains(compression)
        let maskCount = !hasMasks ? 0 : compression == 6 || length >= 56 ? 4 : 3
        var masks: [UInt32] = bitsPerPixel == 16 ? [0x7c00, 0x03e0, 0x001f] : [0xff_0000, 0xff00, 0xff]
        for index in 0..<maskCount {
            let mask = UInt32(truncatingIfNeeded: try source.littleEndian(54 + 4 * index, byteCount: 4))
            if index < masks.count { masks[index] = mask } else { masks.append(mask) }
        }
        self.masks = masks.count == 4 ? masks : masks + [0]

        // Masks that the header does not hold follow it.
        let paletteStart = 14 + length + (length == 40 ? 4 * maskCount : 0)
        let mostColours = bitsPerPixel <= 8 ? 1 << bitsPerPixel : 0
        let named = length >= 40 ? try source.littleEndian(46, byteCount: 4) : 0
        let offset = try source.littleEndian(10, byteCount: 4)
        pixelStart = offset < 14 + length ? paletteStart + 4 * mostColours : offset
        let stride = isFirstVersion ? 3 : 4
        // A palette that is shorter than its colours ends where the pixels begin.
        let room = max(0, pixelStart - paletteStart) / stride
        palette = (paletteStart, min(named == 0 ? mostColours : named, mostColours, room), stride)
    }

    private static func signed(_ value: Int, _ byteCount: Int) -> Int {
        byteCount == 4 ? Int(Int32(truncatingIfNeeded: value)) : value
    }

    private static func packing(_ compression: Int, _ bits: Int, isOS2: Bool) throws -> Packing {
        let isKnown =
            switch compression {
            case 0: [1, 2, 4, 8, 16, 24, 32].contains(bits)
            case 1: bits == 8
            case 2: bits == 4
            case 3, 6: !isOS2 && [16, 32].contains(bits)
            default: false
            }
        guard isKnown else {
            let names = isOS2 ? [3: "Huffman", 4: "RLE24"] : [4: "JPEG", 5: "PNG", 11: "CMYK", 12: "CMYK", 13: "CMYK"]
            let name = names[compression] ?? "a packing of number \(compression)"
            throw ImageFault(
                "it has \(bits) bits per pixel and \(compression == 0 ? "no packing" : name), which is not read here")
        }
        return compression == 1 || compression == 2 ? .runs : .none
    }

    var content: ImageHeader.Content {
        get throws { try ImageHeader.Content(height: height, width: width, channels: 3) }
    }
}
