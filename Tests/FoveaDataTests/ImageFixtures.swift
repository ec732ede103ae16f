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
func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
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

/// A JPEG of 8×8 pixels with four components, all 10, 200, 60, 30 (as stored: inverted), without Adobe's marker.
let unmarkedInks = fromBase64(
    """
    /9j/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/wAAU
    CAAIAAgEQxEATREAWREASxEA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQID
    AAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZn
    aGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx
    8vP09fb3+Pn6/9oADgRDAE0AWQBLAAA/AP3Ur826/Qyv2Er/2Q==
    """)

private func fromBase64(_ text: String) -> [UInt8] {
    guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
        preconditionFailure("the fixture is sound Base64")
    }
    return Array(data)
}

/// EXIF data with one entry, from the TIFF header on: what `Orientation` is stored as.
struct OrientationEntry {
    /// The number of the TIFF type: 3 SHORT, 4 LONG, ….
    var type: UInt8 = 3
    var count: UInt8 = 1
    /// Each value's bytes, the highest first.
    var value: [UInt8] = [0, 6]
    var isBigEndian = true
    /// Where the directory is.
    var directory: UInt8 = 8

    private func number(_ bytes: [UInt8]) -> [UInt8] { isBigEndian ? bytes : bytes.reversed() }

    var exif: [UInt8] {
        let values = (0..<count).flatMap { _ in number(value) }
        let start = [UInt8](repeating: 0, count: Int(directory) - 8)
        let isInside = values.count <= 4
        let field =
            isInside ? values + [UInt8](repeating: 0, count: 4 - values.count) : number([0, 0, 0, directory + 18])
        return [UInt8](repeating: isBigEndian ? 0x4d : 0x49, count: 2) + number([0, 42]) + number([0, 0, 0, directory])
            + start + number([0, 1]) + number([0x01, 0x12]) + number([0, type]) + number([0, 0, 0, count]) + field
            + [0, 0, 0, 0] + (isInside ? [] : values)
    }
}

extension [UInt8] {
    /// This PNG with a chunk behind its header of 33 bytes, or before its end of 12.
    func inserting(_ type: String, _ content: [UInt8], atEnd: Bool = false) -> [UInt8] {
        let place = atEnd ? count - 12 : 33
        return self[..<place] + chunk(type, content) + self[place...]
    }

    /// This JPEG with a segment behind its first marker.
    func inserting(segment code: UInt8, _ content: [UInt8]) -> [UInt8] {
        self[..<2] + [0xff, code, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 0xff)] + content
            + self[2...]
    }

    /// This JPEG with EXIF data.
    func withEXIF(_ exif: [UInt8]) -> [UInt8] { inserting(segment: 0xe1, Array("Exif".utf8) + [0, 0] + exif) }

    /// This JPEG with the EXIF orientation `orientation`.
    func withOrientation(_ orientation: UInt8) -> [UInt8] { withEXIF(OrientationEntry(value: [0, orientation]).exif) }
}
