/// The size of a WebP file, and where its metadata is.
///
/// Source: Google, "WebP Container Specification"; RFC 6386, 9.1; "WebP Lossless Bitstream Specification", 3.
struct WebPHeader {
    let content: ImageHeader.Content

    /// - Throws: ``ImageFault`` when the header is damaged; what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source) throws {
        switch String(decoding: try source.bytes(12..<16), as: UTF8.self) {
        case "VP8 ":
            guard try source.bytes(23..<26).elementsEqual([0x9d, 0x01, 0x2a]) else {
                throw ImageFault("it begins with no whole frame")
            }
            content = try ImageHeader.Content(
                height: try source.littleEndian(28, byteCount: 2) & 0x3fff,
                width: try source.littleEndian(26, byteCount: 2) & 0x3fff, channels: 3)
        case "VP8L":
            let fields = try source.littleEndian(21, byteCount: 4)
            content = try ImageHeader.Content(
                height: fields >> 14 & 0x3fff + 1, width: fields & 0x3fff + 1, channels: 3)
        case "VP8X":
            let flags = try source.byte(20)
            let (width, height) = (
                try source.littleEndian(24, byteCount: 3) + 1, try source.littleEndian(27, byteCount: 3) + 1
            )
            let exif = flags & 0x08 == 0 ? [] : try Self.chunk("EXIF", &source)
            let xmp = flags & 0x04 == 0 ? [] : try Self.chunk("XMP ", &source)
            content = try ImageHeader.Content(
                height: height, width: width, channels: 3, orientation: ImageOrientation(exif: exif, xmp: xmp))
        default: throw source.count < 30 ? ImageFault.endsEarly : ImageFault("it begins with no picture")
        }
    }

    /// Larger chunks of metadata are ignored.
    private static let maximumChunkByteCount = 4 << 20

    /// Whether the file has as many bytes as it says.
    static func isComplete<Source: HeaderBytes & ~Copyable>(_ source: inout Source) throws -> Bool {
        try source.littleEndian(4, byteCount: 4) <= source.count - 8
    }

    /// The embedded colour profile; empty where there is none.
    static func profile<Source: HeaderBytes & ~Copyable>(_ source: inout Source) throws -> [UInt8] {
        let isExtended = try source.bytes(12..<16).elementsEqual("VP8X".utf8)
        guard isExtended, try source.byte(20) & 0x20 != 0 else { return [] }
        return try chunk("ICCP", &source)
    }

    /// The first chunk of this name; empty where there is none.
    private static func chunk<Source: HeaderBytes & ~Copyable>(_ name: String, _ source: inout Source) throws -> [UInt8]
    {
        var position = 12
        while position + 8 <= source.count {
            let length = try source.littleEndian(position + 4, byteCount: 4)
            let start = position + 8
            if try source.bytes(position..<position + 4).elementsEqual(name.utf8) {
                let isSound = length <= maximumChunkByteCount && length <= source.count - start
                return isSound ? Array(try source.bytes(start..<start + length)) : []
            }
            // Chunks begin at even positions. The length has 32 bits, so this cannot overflow.
            position = start + length + length % 2
        }
        return []
    }
}
