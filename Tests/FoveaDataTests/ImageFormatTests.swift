import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Image format")
struct ImageFormatTests {
    /// The first bytes of each kind: what the kind's own description says.
    private static let beginnings: [(ImageFormat, [UInt8])] = [
        (.jpeg, [0xff, 0xd8, 0xff, 0xe0]),
        (.png, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
        (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
        (.webP, Array("RIFF".utf8) + [0, 1, 2, 3] + Array("WEBPVP8X".utf8)),
        (.bmp, Array("BM".utf8) + [UInt8](repeating: 0, count: 12) + [40, 0, 0, 0]),
        (.pnm, Array("P6\n1 1".utf8)), (.pnm, Array("P1#a".utf8)),
        (.tiff, [0x49, 0x49, 42, 0]), (.tiff, [0x4d, 0x4d, 0, 42]), (.tiff, [0x4d, 0x4d, 0, 43]),
        (.avif, box("avif")), (.avif, box("mif1", "miaf", "avif")),
        (.heic, box("heic")), (.heic, box("mif1", "heic")), (.video, box("isom")), (.video, box("qt  ")),
        (.jpeg2000, [0, 0, 0, 12] + Array("jP  ".utf8) + [0x0d, 0x0a, 0x87, 0x0a]),
        (.jpeg2000, [0xff, 0x4f, 0xff, 0x51]), (.jpegXL, [0xff, 0x0a]),
        (.svg, Array("<?xml version='1.0'?>\n<!-- a -->\n<svg>".utf8)), (.svg, Array(" <svg".utf8)),
        (.html, [0xef, 0xbb, 0xbf] + Array("\r\n<!DOCTYPE html>".utf8)), (.html, Array("<!-- --><HTML>".utf8)),
        (.pdf, Array("%PDF-1.7".utf8)), (.photoshop, Array("8BPS".utf8)), (.zip, [0x50, 0x4b, 3, 4]),
        (.gzip, [0x1f, 0x8b]), (.gitLFSPointer, Array("version https://git-lfs.github.com/spec/v1".utf8)),
    ]

    private static func box(_ brands: String...) -> [UInt8] {
        let names = brands[0] + "\0\0\0\0" + brands.dropFirst().joined()
        return [0, 0, 0, UInt8(8 + names.utf8.count)] + Array("ftyp".utf8) + Array(names.utf8)
    }

    @Test("each kind is told by its first bytes")
    func kinds() {
        for (format, bytes) in Self.beginnings {
            #expect(ImageFormat(firstBytes: bytes) == format, "\(format)")
        }
        #expect(Set(Self.beginnings.map(\.0)) == Set(ImageFormat.allCases), "every kind is here")
    }

    @Test("text, other data and beginnings of beginnings are of no kind")
    func none() {
        for text in ["", "B", "BMW is a maker of cars", "P7\n", "P66", "RIFF0000WAVE", "<p>", "hello", "\u{0}\u{0}"] {
            #expect(ImageFormat(firstBytes: Array(text.utf8)) == nil, "\(text)")
        }
        for (format, bytes) in Self.beginnings {
            for length in 0..<bytes.count {
                let found = ImageFormat(firstBytes: Array(bytes[..<length]))
                #expect(found == nil || found == format || format == .avif || format == .html || format == .heic)
            }
        }
    }

    @Test("what is no picture of pixels is an error that names it and what to do")
    func disguises() {
        for (text, fault, remedy) in [
            ("<html>", "an HTML page", "A download went wrong"),
            ("version https://git-lfs", "a pointer of Git LFS to an image", "git lfs pull"),
            ("<svg>", "an SVG drawing", "Render it as PNG."), ("%PDF-", "a PDF document", "Render its page"),
            ("PK\u{3}\u{4}", "a ZIP archive", "Unpack it."), ("8BPS", "a Photoshop image", "Convert it"),
        ] {
            let error = #expect(throws: FoveaError.self) { try ImageFormat(decodable: Array(text.utf8)) }
            #expect(error?.code == .badData)
            #expect(error?.problem.hasPrefix("The file is \(fault)") == true, "\(error?.problem ?? "")")
            #expect(error?.problem.hasSuffix(", whatever its name says.") == true)
            #expect(error?.remedy.contains(remedy) == true)
        }
    }
}
