/// The size of a GIF file's first frame on its canvas.
///
/// Source: CompuServe, "Graphics Interchange Format, Version 89a".
struct GIFHeader {
    let content: ImageHeader.Content

    /// More blocks before the first frame are taken for damage.
    private static let maximumBlockCount = 1 << 20

    /// - Throws: ``ImageFault`` when the header is damaged or there is no frame; what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source) throws {
        let canvas = (
            width: try source.littleEndian(6, byteCount: 2), height: try source.littleEndian(8, byteCount: 2)
        )
        let flags = try source.byte(10)
        var position = 13 + (flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1))
        var blockCount = 0
        while blockCount < Self.maximumBlockCount {
            switch try source.byte(position) {
            case 0x2c:
                content = try Self.content(ofFrameAt: position, canvas, &source)
                return
            case 0x21:
                position += 2
                // Blocks follow, each behind its length, up to an empty one.
                var length = Int(try source.byte(position))
                while length > 0, blockCount < Self.maximumBlockCount {
                    position += 1 + length
                    blockCount += 1
                    length = Int(try source.byte(position))
                }
                position += 1
                blockCount += 1
            case 0x3b: throw ImageFault("it has no picture")
            default: throw ImageFault("it is damaged at byte \(position)")
            }
        }
        throw ImageFault("it has no picture within its first \(position) bytes")
    }

    private static func content<Source: HeaderBytes & ~Copyable>(
        ofFrameAt start: Int, _ canvas: (width: Int, height: Int), _ source: inout Source
    ) throws -> ImageHeader.Content {
        let left = try source.littleEndian(start + 1, byteCount: 2)
        let top = try source.littleEndian(start + 3, byteCount: 2)
        let width = try source.littleEndian(start + 5, byteCount: 2)
        let height = try source.littleEndian(start + 7, byteCount: 2)
        guard width > 0, height > 0 else { throw ImageFault("its first frame has \(width)×\(height) pixels") }
        // Some files say that the canvas is smaller than the frame, or nothing.
        return try ImageHeader.Content(
            height: max(canvas.height, top + height), width: max(canvas.width, left + width), channels: 3)
    }
}
