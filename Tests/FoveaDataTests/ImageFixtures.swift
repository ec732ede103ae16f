import CZlib
import Foundation

@testable import FoveaData

/// A PNG file, written by the specification (ISO/IEC 15948): colour type 0 grey, 2 RGB, 3 palette, 4 grey with alpha,
/// 6 RGB with alpha. `rows` holds the packed samples of each row.
func png(
    width: Int, height: Int, colourType: UInt8, bits: UInt8 = 8, rows: [[UInt8]], palette: [UInt8] = [],
    isInterlaced: Bool = false
) -> [UInt8] {
    var header = bigEndian(width) + bigEndian(height)
    header += [bits, colourType, 0, 0, isInterlaced ? 1 : 0]
    // Each row begins with its filter: none.
    let content = zlibStream(rows.flatMap { [0] + $0 })
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
        + (palette.isEmpty ? [] : chunk("PLTE", palette)) + chunk("IDAT", content) + chunk("IEND", [])
}

private func bigEndian(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }

private func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + content
    var checksum = Checksum()
    checksum.update(with: body[...])
    return bigEndian(content.count) + body + bigEndian(Int(checksum.value))
}

/// Zlib's form of what `gzip` packs: another header, another checksum.
private func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
    var (low, high) = (1, 0)
    for byte in bytes {
        low = (low + Int(byte)) % 65521
        high = (high + low) % 65521
    }
    return [0x78, 0x9c] + gzip(bytes).dropFirst(10).dropLast(8) + bigEndian(high << 16 | low)
}

/// A JPEG of 8 rows and 16 columns, the left half red, the right half blue.
let redAndBlueJPEG = fromBase64(
    """
    /9j/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBD
    AQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIABAD
    AREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG
    E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4
    eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6
    /8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEI
    FEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaH
    iImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIR
    AxEAPwD4vr+Uz/fw+Q6/6qD/AJrz/9k=
    """)

/// The same picture in CMYK, inverted as Adobe writes it.
let cmykJPEG = fromBase64(
    """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggLCAkKCgoK
    CgYICwwLCgwJCgoK/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIB
    AwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZH
    SElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV
    1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD9/K/EOvwrr9/K/iDr2Cv70KK//9k=
    """)

private func fromBase64(_ text: String) -> [UInt8] {
    guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
        preconditionFailure("the fixture is sound Base64")
    }
    return Array(data)
}

extension [UInt8] {
    /// EXIF data that names an orientation and nothing else.
    private static func exif(_ orientation: UInt8) -> [UInt8] {
        [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1] + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0] + [0, 0, 0, 0]
    }

    /// This PNG with the EXIF orientation `orientation`, behind its header of 33 bytes.
    func withPNGOrientation(_ orientation: UInt8) -> [UInt8] {
        self[..<33] + chunk("eXIf", Self.exif(orientation)) + self[33...]
    }

    /// This JPEG with the EXIF orientation `orientation`.
    func withOrientation(_ orientation: UInt8) -> [UInt8] {
        let segment = Array("Exif".utf8) + [0, 0] + Self.exif(orientation)
        return self[..<2] + [0xff, 0xe1, 0, UInt8(segment.count + 2)] + segment + self[2...]
    }
}
