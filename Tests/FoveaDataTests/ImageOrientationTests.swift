import Foundation
import FoveaTestSupport
import Testing

@testable import FoveaData

/// What is right here was computed with Pillow 13 (`ImageOps.exif_transpose`).
@Suite("Image orientation")
struct ImageOrientationTests {
    private func decode(_ bytes: [UInt8], channels: Int = 3) throws -> DecodedImage {
        try withTemporaryFolder { folder in
            try Data(bytes).write(to: URL(filePath: "\(folder)/image"))
            return try ImageFile.decode(path: "\(folder)/image", channels: channels)
        }
    }

    /// What the orientation 6 does.
    private static let turned = ImageOrientation(exif: OrientationEntry().exif)
    private static let upright = ImageOrientation(exif: [])

    /// Three pixels in a row.
    private static let row = png(width: 3, height: 1, colourType: 0, rows: [[1, 2, 3]])

    private func isTurned(_ png: [UInt8]) throws -> Bool { try decode(png, channels: 1).height == 3 }

    @Test("EXIF's eight orientations are applied", arguments: 1...8)
    func orientation(_ orientation: Int) throws {
        let image = try decode(redAndBlueJPEG.withOrientation(UInt8(orientation)))
        let isTurned = orientation >= 5
        #expect((image.height, image.width) == (isTurned ? 16 : 8, isTurned ? 8 : 16))
        // The left, red end is then at the left, the right, the top or the bottom.
        let redComesFirst = [1, 4, 5, 6].contains(orientation)
        #expect((image.pixels[0] > 200) == redComesFirst)
        #expect((image.pixels[127 * 3] > 200) == !redComesFirst)
    }

    @Test("every type of number is read, in both byte orders, one or several of it; bytes and text are not")
    func types() throws {
        #expect(Self.turned.isTransposed && Self.turned.flipsRows && !Self.turned.flipsColumns)
        let numbers: [UInt8: [UInt8]] = [
            3: [0, 6], 4: [0, 0, 0, 6], 6: [6], 8: [0, 6], 9: [0, 0, 0, 6], 11: [0x40, 0xc0, 0, 0], 13: [0, 0, 0, 6],
            12: [0x40, 0x18, 0, 0, 0, 0, 0, 0], 16: [0, 0, 0, 0, 0, 0, 0, 6],
        ]
        for isBigEndian in [true, false] {
            for (type, value) in numbers {
                for count: UInt8 in [1, 2, 3, 9] {
                    let entry = OrientationEntry(type: type, count: count, value: value, isBigEndian: isBigEndian)
                    #expect(ImageOrientation(exif: entry.exif) == Self.turned, "type \(type), \(count) of it")
                }
                let none = OrientationEntry(type: type, count: 0, value: value, isBigEndian: isBigEndian)
                #expect(ImageOrientation(exif: none.exif) == Self.upright)
            }
            for type: UInt8 in [1, 2, 7, 0, 14, 99] {
                let entry = OrientationEntry(type: type, value: [6], isBigEndian: isBigEndian)
                #expect(ImageOrientation(exif: entry.exif) == Self.upright, "type \(type)")
            }
            // Numerator and denominator, each in the file's byte order.
            let six: [UInt8] = isBigEndian ? [0, 0, 0, 6, 0, 0, 0, 1] : [0, 0, 0, 1, 0, 0, 0, 6]
            for type: UInt8 in [5, 10] {
                let entry = OrientationEntry(type: type, value: six, isBigEndian: isBigEndian)
                #expect(ImageOrientation(exif: entry.exif) == Self.turned, "type \(type)")
            }
        }
        for (type, value) in [
            (11, [0x40, 0xd0, 0, 0]), (11, [0x7f, 0xc0, 0, 0]), (12, [0x7f, 0xf0, 0, 0, 0, 0, 0, 0]),
            (5, [0, 0, 0, 6, 0, 0, 0, 0]), (5, [0, 0, 0, 7, 0, 0, 0, 2]), (9, [0xff, 0xff, 0xff, 0xfa]),
            (16, [0xff, 0, 0, 0, 0, 0, 0, 6]), (4, [1, 0, 0, 6]), (3, [0, 9]), (3, [0, 0]),
        ] as [(UInt8, [UInt8])] {
            let entry = OrientationEntry(type: type, value: value)
            #expect(ImageOrientation(exif: entry.exif) == Self.upright, "type \(type), \(value)")
        }
    }

    @Test("the directory may begin at an odd byte, the mark of EXIF come twice, and 42 be in the other order")
    func headers() {
        #expect(ImageOrientation(exif: OrientationEntry(directory: 11).exif) == Self.turned)
        let exif = OrientationEntry().exif
        #expect(ImageOrientation(exif: Array("Exif".utf8) + [0, 0] + exif) == Self.turned)
        #expect(ImageOrientation(exif: Array("MM".utf8) + [42, 0] + exif[4...]) == Self.turned)
        for header in [Array("MI".utf8) + [0, 42], Array("MM".utf8) + [1, 42], Array("XX".utf8) + [0, 42]] {
            #expect(ImageOrientation(exif: header + exif[4...]) == Self.upright)
        }
    }

    @Test("of two entries the first counts")
    func twice() {
        let entry = Array(OrientationEntry().exif[10..<22])
        let other = Array(OrientationEntry(value: [0, 1]).exif[10..<22])
        let header = OrientationEntry().exif[..<8] + [0, 2]
        #expect(ImageOrientation(exif: header + entry + other) == Self.turned)
        #expect(ImageOrientation(exif: header + other + entry) == Self.upright)
    }

    @Test("a JPEG's data may come after other segments, in several, or right before the pixels")
    func placesInJPEG() throws {
        func height(_ bytes: [UInt8]) throws -> Int { try decode(bytes).height }
        let exif = OrientationEntry().exif
        let plain = redAndBlueJPEG
        let mark = Array("Exif".utf8) + [0, 0]
        let other = OrientationEntry(value: [0, 1]).exif
        #expect(try height(plain.withEXIF(exif).inserting(segment: 0xe5, [1, 2, 3])) == 16)
        #expect(
            try height(plain.withEXIF(exif).inserting(segment: 0xe1, Array("http://ns.adobe.com/xap/1.0/".utf8))) == 16)
        let scan = try #require(plain.indices.last { plain[$0...].starts(with: [0xff, 0xda]) })
        let segment: [UInt8] = [0xff, 0xff, 0xe1, 0, UInt8(exif.count + 8)] + mark + exif
        #expect(try height(plain[..<scan] + segment + plain[scan...]) == 16)
        #expect(try height(plain.withEXIF(Array(exif[12...])).withEXIF(Array(exif[..<12]))) == 16, "in two parts")
        #expect(try height(plain.withEXIF(other).withEXIF(exif)) == 16, "the first counts")
        #expect(try height(plain.withEXIF(exif).withEXIF(other)) == 8, "the first counts")
        #expect(try height(plain + segment) == 8, "behind the picture")
    }

    @Test("a PNG's data may come before the pixels or behind them, as a chunk or as a text of any kind")
    func placesInPNG() throws {
        let exif = OrientationEntry().exif
        let digits = exif.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        let profile = Array("\nexif\n      \(exif.count)\n\(digits.prefix(20))\n\(digits.dropFirst(20))\n".utf8)
        let key = Array("Raw profile type exif".utf8) + [0]
        for atEnd in [false, true] {
            #expect(try isTurned(Self.row.inserting("eXIf", exif, atEnd: atEnd)))
            #expect(try isTurned(Self.row.inserting("eXIf", Array("Exif".utf8) + [0, 0] + exif, atEnd: atEnd)))
            #expect(try isTurned(Self.row.inserting("tEXt", key + profile, atEnd: atEnd)))
            #expect(try isTurned(Self.row.inserting("zTXt", key + [0] + zlibStream(profile), atEnd: atEnd)))
            #expect(try isTurned(Self.row.inserting("iTXt", key + [0, 0, 0, 0] + profile, atEnd: atEnd)))
            #expect(try isTurned(Self.row.inserting("iTXt", key + [1, 0, 0, 0] + zlibStream(profile), atEnd: atEnd)))
            #expect(
                try !isTurned(
                    Self.row.inserting("tEXt", Array("Raw profile type xmp".utf8) + [0] + profile, atEnd: atEnd)))
        }
        let one = OrientationEntry(value: [0, 1]).exif
        #expect(try isTurned(Self.row.inserting("eXIf", exif).inserting("eXIf", one)), "the last chunk counts")
        #expect(try !isTurned(Self.row.inserting("eXIf", one).inserting("tEXt", key + profile)), "the chunk counts")
        #expect(
            try decode(Self.row.inserting("eXIf", OrientationEntry(value: [0, 3]).exif), channels: 1).pixels == [
                3, 2, 1,
            ])
    }

    @Test("XMP's text is asked where EXIF names no orientation")
    func xmp() throws {
        let mark = Array("http://ns.adobe.com/xap/1.0/".utf8) + [0]
        for (text, turns) in [
            ("<a tiff:Orientation=\"6\"/>", true), ("<tiff:Orientation>6</tiff:Orientation>", true),
            ("<a tiff:Orientation='6'/>", false), ("<a tiff:Orientation=\"", false), ("tiff:Orientation", false),
            ("tiff:Orientation=\"9\"", false),
        ] {
            let jpeg = redAndBlueJPEG.inserting(segment: 0xe1, mark + Array(text.utf8))
            #expect(try (decode(jpeg).height == 16) == turns, "\(text)")
            #expect(try decode(jpeg.withOrientation(1)).height == 8, "EXIF comes first")
            let key = Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0]
            #expect(try isTurned(Self.row.inserting("iTXt", key + Array(text.utf8), atEnd: true)) == turns, "\(text)")
        }
    }

    @Test("data that is not sound leaves the image as it is, wherever it is cut or changed")
    func unsound() throws {
        let exif = OrientationEntry(type: 4, count: 3, value: [0, 0, 0, 6]).exif
        for length in exif.indices { _ = ImageOrientation(exif: Array(exif[..<length])) }
        for position in exif.indices {
            for value in UInt8.min...UInt8.max {
                var bytes = exif
                bytes[position] = value
                _ = ImageOrientation(exif: bytes)
            }
        }
        // A directory at itself, at the end and beyond it; more values than there are; values out of reach.
        for (position, value) in [(7, 0), (7, 255), (4, 255), (14, 255), (17, 4), (18, 255), (21, 255)]
            as [(Int, UInt8)]
        {
            var bytes = exif
            bytes[position] = value
            #expect(ImageOrientation(exif: bytes) == Self.upright, "byte \(position) is \(value)")
        }
        var more = exif
        more[8] = 255
        #expect(ImageOrientation(exif: more) == Self.turned, "entries that are not there hide none before them")
        let key = Array("Raw profile type exif".utf8) + [0]
        let bomb = zlibStream([UInt8](repeating: 0x30, count: 40_000_000))
        for content in [[], [0x4d], Array(exif[..<10])] as [[UInt8]] {
            #expect(try !isTurned(Self.row.inserting("eXIf", content)))
        }
        for content in [[], [0], [0, 1, 2, 3], [0] + bomb] as [[UInt8]] {
            #expect(try !isTurned(Self.row.inserting("zTXt", key + content)))
        }
        for content in [[], [1], [1, 0, 0], [0, 0, 0, 0]] as [[UInt8]] {
            #expect(try !isTurned(Self.row.inserting("iTXt", key + content)))
        }
        for text in ["", "\n\n\n", "\nexif\n 8\n4", "\nexif\n 8\n4d4"] {
            #expect(try !isTurned(Self.row.inserting("tEXt", key + Array(text.utf8))))
        }
        #expect(try decode(redAndBlueJPEG.inserting(segment: 0xe1, [])).height == 8)
    }

    @Test("a chunk with a wrong checksum does not count")
    func damagedChunk() throws {
        var bytes = Self.row.inserting("eXIf", OrientationEntry().exif)
        bytes[33 + 8 + OrientationEntry().exif.count] ^= 1
        #expect(try !isTurned(bytes))
    }

    @Test("data of any kind after a JPEG's first marker ends nothing")
    func unsoundSegments() {
        for bytes in [
            [], [0xff], [0xff, 0xd8], [0xff, 0xd8, 0xff], [0xff, 0xd8, 0xff, 0xe1], [0xff, 0xd8, 0xff, 0xe1, 0, 1],
            [0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff], [0xff, 0xd8, 0, 0xff, 0xff, 0xff],
        ] as [[UInt8]] {
            let segments = JPEGSegments(of: bytes)
            #expect(ImageOrientation(exif: segments.exif, xmp: segments.xmp) == Self.upright)
            #expect(segments.frame == nil)
            #expect(ImageOrientation(png: bytes) == Self.upright)
        }
    }
}
