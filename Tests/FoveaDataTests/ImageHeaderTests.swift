import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Image header")
struct ImageHeaderTests {
    /// A header from memory and from a file, which must be the same.
    private func header(_ bytes: [UInt8], limits: ImageLimits = .standard) throws -> ImageHeader {
        let header = try ImageHeader(bytes, limits: limits)
        let ofFile = try withTemporaryFolder { folder in
            try Data(bytes).write(to: URL(filePath: "\(folder)/image"))
            return try ImageFile.header(path: "\(folder)/image", limits: limits)
        }
        #expect(ofFile == header)
        return header
    }

    private static let row = png(width: 3, height: 1, colourType: 0, rows: [[1, 2, 3]])

    @Test("a header says the format, and the size and channels that decoding gives", arguments: Array(1...8))
    func upright(_ orientation: UInt8) throws {
        let jpeg = redAndBlueJPEG.withOrientation(orientation)
        let turns = orientation >= 5
        for (bytes, format, height, width, channels) in [
            (jpeg, ImageFormat.jpeg, turns ? 16 : 8, turns ? 8 : 16, 3),
            (
                Self.row.inserting("eXIf", OrientationEntry(value: [0, orientation]).exif, atEnd: true), .png,
                turns ? 3 : 1, turns ? 1 : 3, 1
            ),
        ] {
            let found = try header(bytes)
            #expect(found.format == format)
            #expect((found.height, found.width, found.channels) == (height, width, channels), "\(format)")
        }
    }

    @Test("the channels are those of the colour type: 1 for grey, with and without alpha, otherwise 3")
    func channels() throws {
        for (type, channels) in [(0, 1), (2, 3), (3, 3), (4, 1), (6, 3)] {
            let bytes = png(width: 1, height: 1, colourType: UInt8(type), rows: [[0]], palette: [1, 2, 3])
            #expect(try header(bytes).channels == channels)
        }
        #expect(try header(cmykJPEG).channels == 3)
    }

    @Test("metadata that is longer than what is read at once is skipped, and found behind it")
    func longMetadata() throws {
        let filler = [UInt8](repeating: 0, count: 60_000)
        let long = (0..<5).reduce(redAndBlueJPEG.withOrientation(6)) { bytes, _ in
            bytes.inserting(segment: 0xed, filler)
        }
        #expect(try header(long).height == 16)
        let chunks = (0..<5).reduce(Self.row) { bytes, _ in bytes.inserting("prVt", filler) }
        #expect(try header(chunks.inserting("eXIf", OrientationEntry().exif, atEnd: true)).height == 3)
    }

    @Test("a header is read without the pixels")
    func noPixels() throws {
        let start = try #require(
            redAndBlueJPEG.indices.last { redAndBlueJPEG[$0...].starts(with: [0xff, 0xda]) })
        #expect(try header(Array(redAndBlueJPEG[..<(start + 14)])).width == 16)
        #expect(try header(Array(Self.row[..<33])).width == 3)
    }

    @Test("a header that ends at any byte before its size is an error that says so")
    func truncated() throws {
        let frame = try #require(redAndBlueJPEG.indices.first { redAndBlueJPEG[$0...].starts(with: [0xff, 0xc0]) })
        for (bytes, format, length) in [(Self.row, "PNG", 26), (redAndBlueJPEG, "JPEG", frame + 19)] {
            for end in 8..<length {
                let error = #expect(throws: FoveaError.self, "\(format), \(end) bytes") {
                    try header(Array(bytes[..<end]))
                }
                #expect(
                    error?.problem.hasSuffix("The \(format) image cannot be decoded: it ends too early.") == true,
                    "\(error?.problem ?? "")")
            }
        }
    }

    @Test("a size without pixels, a file without a size and a first chunk of another type are errors")
    func unsound() throws {
        let noSize = redAndBlueJPEG[..<2] + [0xff, 0xd9]
        for (bytes, fault) in [
            (png(width: 0, height: 0, colourType: 0, rows: []), "its header says 0×0 pixels"),
            (png(width: 5, height: 0, colourType: 2, rows: []), "its header says 5×0 pixels"),
            (Array(Self.row[..<8] + Self.row[33...]), "it does not begin with its size"),
            (Array(noSize), "it names no size"),
        ] {
            let error = #expect(throws: FoveaError.self) { try header(bytes) }
            #expect(error?.problem.contains("cannot be decoded: \(fault).") == true, "\(error?.problem ?? "")")
        }
    }

    @Test("an image that is larger than the limits is refused with its size, the limits and the flags that move them")
    func tooLarge() throws {
        let bomb = png(width: 17_000, height: 17_000, colourType: 2, rows: [])
        let error = #expect(throws: FoveaError.self) { try header(bomb) }
        #expect(error?.code == .badData)
        #expect(
            error?.description.hasSuffix(
                "The PNG image is 17000×17000: more than 16384 rows or columns, or more than 50000000 pixels. Scale it down, "
                    + "or allow larger images with --max-image-side and --max-image-pixels.") == true)
        let larger = try ImageLimits(side: 17_000, pixelCount: 17_000 * 17_000)
        #expect(try header(bomb, limits: larger).width == 17_000)
        for (side, pixelCount) in [(2, 3), (3, 2)] {
            let limits = try ImageLimits(side: side, pixelCount: pixelCount)
            #expect(throws: FoveaError.self) { try header(Self.row, limits: limits) }
        }
        #expect(try header(Self.row, limits: ImageLimits(side: 3, pixelCount: 3)).width == 3)
        // The largest sizes that a header can name, whose product overflows 32 bits.
        for extent in [65_500, 1 << 30, Int(Int32.max), Int(UInt32.max)] {
            let bytes = png(width: extent, height: extent, colourType: 2, rows: [])
            let error = #expect(throws: FoveaError.self) { try header(bytes) }
            #expect(error?.problem.contains("is \(extent)×\(extent): more than 16384") == true)
        }
    }

    @Test("limits that allow nothing, or more than makes sense, are refused")
    func limits() throws {
        for (side, pixelCount) in [(0, 1), (1, 0), (-1, 1), (1_000_001, 1), (1, 2_000_000_001)] {
            let error = #expect(throws: FoveaError.self) { try ImageLimits(side: side, pixelCount: pixelCount) }
            #expect(error?.code == .usage)
            #expect(error?.problem == "Images cannot be limited to \(side) rows or columns and \(pixelCount) pixels.")
        }
    }

    @Test("a progressive JPEG of more than 100 scans is refused before it is decoded; one of 100 is not")
    func scans() throws {
        let frame = try #require(redAndBlueJPEG.indices.first { redAndBlueJPEG[$0...].starts(with: [0xff, 0xc0]) })
        var progressive = redAndBlueJPEG
        progressive[frame + 1] = 0xc2
        let scan = try #require(progressive.indices.last { progressive[$0...].starts(with: [0xff, 0xda]) })
        let marks = { (count: Int) in [[UInt8]](repeating: [0xff, 0xda, 0, 2], count: count).flatMap(\.self) }
        // One in the file, and one of the mark's form in what follows.
        #expect(try ImageHeader(progressive[..<scan] + marks(99) + progressive[scan...]).width == 16)
        let error = #expect(throws: FoveaError.self) {
            try ImageHeader(progressive[..<scan] + marks(1000) + progressive[scan...])
        }
        #expect(error?.problem == "The JPEG image cannot be decoded: it has more than 100 scans.")
        // A baseline picture of one scan ends with it, whatever follows.
        #expect(try ImageHeader(redAndBlueJPEG + marks(1000)).width == 16)
    }

    @Test("a folder and a missing file are errors at once")
    func notAFile() throws {
        try withTemporaryFolder { folder in
            for path in [folder, "\(folder)/none"] {
                let error = #expect(throws: FoveaError.self) { try ImageFile.header(path: path) }
                #expect(error?.code == .missingInput)
            }
        }
    }

    /// Bytes that count how many of them are read.
    private struct CountingBytes: HeaderBytes {
        let content: BytesInMemory
        var readCount = 0

        var count: Int { content.count }

        mutating func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
            let bytes = content.bytes(range)
            readCount += bytes.count
            return bytes
        }
    }

    @Test("of a file that is too large no more than its header is read")
    func refusedFromHeader() throws {
        let frame = try #require(redAndBlueJPEG.indices.first { redAndBlueJPEG[$0...].starts(with: [0xff, 0xc0]) })
        var jpeg = redAndBlueJPEG + [UInt8](repeating: 7, count: 5_000_000)
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xff, 0xdc, 0xff, 0xdc])
        let chunk = [UInt8](repeating: 9, count: 50_000)
        let large = png(width: 17_000, height: 17_000, colourType: 2, rows: [])
        for (bytes, size) in [
            (jpeg, "65500×65500"),
            ((0..<40).reduce(large) { bytes, _ in bytes.inserting("IDAT", chunk) }, "17000×17000"),
        ] {
            var source = CountingBytes(content: BytesInMemory(bytes))
            let error = #expect(throws: FoveaError.self) { try ImageHeader(reading: &source, limits: .standard) }
            #expect(error?.problem.contains("is \(size): more than") == true, "\(error?.problem ?? "")")
            #expect(source.readCount < 8 << 10, "\(source.readCount) of \(bytes.count) bytes")
        }
    }
}
