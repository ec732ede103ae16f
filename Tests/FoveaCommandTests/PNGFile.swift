import CZlib
import Foundation

/// Writes a grey 8-bit PNG file (ISO/IEC 15948).
func writePNG(_ pixels: [UInt8], width: Int, height: Int, to path: String) throws {
    // Each row begins with its filter: none.
    let rows = (0..<height).flatMap { [0] + pixels[$0 * width..<($0 + 1) * width] }
    var packed = [UInt8](repeating: 0, count: rows.count + 1024)
    var count = uLong(packed.count)
    // Safe: zlib writes at most as many bytes as it is told the buffer has.
    let status = unsafe compress(&packed, &count, rows, uLong(rows.count))
    precondition(status == Z_OK, "the buffer is larger than what cannot be packed")
    let header = bigEndian(width) + bigEndian(height) + [8, 0, 0, 0, 0]
    let file =
        [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
        + chunk("IDAT", Array(packed.prefix(Int(count)))) + chunk("IEND", [])
    try Data(file).write(to: URL(filePath: path))
}

func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

private func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    // Safe: the bytes live for the length of the call.
    let checksum = unsafe crc32(0, body, uInt(body.count))
    return bigEndian(content.count) + body + bigEndian(Int(checksum))
}
