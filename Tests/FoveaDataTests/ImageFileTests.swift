import Foundation
@testable import FoveaData
import FoveaGraph
import FoveaTestSupport
import Testing

@Suite("Image file")
struct ImageFileTests {
    private func decode(_ bytes: [UInt8], channels: Int = 3) throws -> DecodedImage {
        try withTemporaryFolder { folder in
            try Data(bytes).write(to: URL(filePath: "\(folder)/image.png"))
            return try ImageFile.decode(path: "\(folder)/image.png", channels: channels)
        }
    }

    /// 2×2 pixels: red, green, blue, white.
    private static let colours = png(
        width: 2, height: 2, colourType: 2, rows: [[255, 0, 0, 0, 255, 0], [0, 0, 255, 255, 255, 255]])

    @Test("a coloured PNG gives red, green and blue of each pixel")
    func colouredPNG() throws {
        let image = try decode(Self.colours)
        #expect((image.channels, image.height, image.width) == (3, 2, 2))
        #expect(image.pixels == [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255])
    }

    @Test("luminance is 0.299 R + 0.587 G + 0.114 B")
    func luminance() throws {
        #expect(try decode(Self.colours, channels: 1).pixels == [76, 150, 29, 255])
    }

    @Test("a grey PNG of any depth: 16 bits are scaled to 8, 1 bit to 0 and 255, and grey becomes three equal channels")
    func greyPNG() throws {
        #expect(
            try decode(png(width: 3, height: 1, colourType: 0, rows: [[0, 100, 255]]), channels: 1).pixels
                == [0, 100, 255])
        let deep = png(width: 3, height: 1, colourType: 0, bits: 16, rows: [[0, 0, 0x80, 0, 0xff, 0xff]])
        #expect(try decode(deep, channels: 1).pixels == [0, 0x80, 255])
        let flat = png(width: 3, height: 1, colourType: 0, bits: 1, rows: [[0b1010_0000]])
        #expect(try decode(flat, channels: 1).pixels == [255, 0, 255])
        #expect(try decode(flat, channels: 3).pixels == [255, 255, 255, 0, 0, 0, 255, 255, 255])
    }

    @Test("a palette gives its colours")
    func palette() throws {
        let image = try decode(
            png(width: 2, height: 1, colourType: 3, rows: [[1, 0]], palette: [10, 20, 30, 40, 50, 60]))
        #expect(image.pixels == [40, 50, 60, 10, 20, 30])
    }

    @Test("what is transparent is put on white, at 8 and at 16 bits")
    func transparency() throws {
        let grey = png(width: 3, height: 1, colourType: 4, rows: [[0, 255, 0, 0, 0, 128]])
        let blended = try decode(grey, channels: 1).pixels
        #expect(blended[0] == 0 && blended[1] == 255 && abs(Int(blended[2]) - 127) <= 1)
        let colour = png(width: 2, height: 1, colourType: 6, rows: [[9, 8, 7, 255, 9, 8, 7, 0]])
        #expect(try decode(colour).pixels == [9, 8, 7, 255, 255, 255])
        let deep = png(width: 2, height: 1, colourType: 4, bits: 16, rows: [[0x40, 0, 255, 255, 0, 0, 0, 0]])
        #expect(try decode(deep, channels: 1).pixels == [0x40, 255])
    }

    /// The colour of the pixel in the first row and this column.
    private func colour(_ image: DecodedImage, column: Int) -> [Int] {
        (0..<3).map { Int(image.pixels[column * 3 + $0]) }
    }

    @Test("a JPEG gives its colours")
    func jpeg() throws {
        let image = try decode(redAndBlueJPEG)
        #expect((image.channels, image.height, image.width) == (3, 8, 16))
        #expect(zip(colour(image, column: 0), [255, 0, 0]).allSatisfy { abs($0 - $1) <= 4 })
        #expect(zip(colour(image, column: 15), [0, 0, 255]).allSatisfy { abs($0 - $1) <= 4 })
    }

    @Test("a JPEG in Adobe's inverted CMYK is red and blue as far as ink can be, not their complements")
    func cmyk() throws {
        let image = try decode(cmykJPEG)
        #expect((image.channels, image.height, image.width) == (3, 8, 16))
        let (left, right) = (colour(image, column: 0), colour(image, column: 15))
        #expect(left[0] > left[1] + 100 && left[0] > left[2] + 100)
        #expect(right[2] > right[0] + 50 && right[2] > right[1] + 50)
    }

    @Test(
        "a JPEG in CMYK or YCCK gives Pillow's colours, with Adobe's marker or without",
        arguments: [0, 1, 2, 3, nil] as [UInt8?])
    func inks(transform: UInt8?) throws {
        let marker: [UInt8] =
            transform.map { [0xff, 0xee, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, $0] } ?? []
        let image = try decode(unmarkedInks[..<2] + marker + unmarkedInks[2...])
        // Pillow 13: without a marker and with 0 the numbers are inks, otherwise luminance, two colours and black.
        let expected = transform == nil || transform == 0 ? [216, 49, 172] : [0, 29, 123]
        #expect(zip(colour(image, column: 0), expected).allSatisfy { abs($0 - $1) <= 1 }, "\(colour(image, column: 0))")
    }

    @Test("an interlaced PNG is put together")
    func interlaced() throws {
        // Adam7: for 2×2 pixels the passes hold the first pixel, the one beside it, and the second row.
        let image = try decode(
            png(width: 2, height: 2, colourType: 0, rows: [[10], [20], [30, 40]], isInterlaced: true), channels: 1)
        #expect(image.pixels == [10, 20, 30, 40])
    }

    @Test("an image whose pixels are damaged is refused, not shown in grey")
    func damagedPixels() throws {
        // Codes that no Huffman table has, where the entropy-coded part begins.
        let start = try #require(
            redAndBlueJPEG.indices.last { redAndBlueJPEG[$0...].starts(with: [0xff, 0xda]) })
        var bytes = redAndBlueJPEG
        for position in start + 14..<bytes.count - 2 { bytes[position] = 0xfe }
        let error = #expect(throws: FoveaError.self) { try decode(bytes) }
        #expect(error?.code == .badData)
        #expect(error?.problem.contains("The JPEG image cannot be decoded: ") == true, "\(error?.problem ?? "")")
    }

    @Test("a file that ends at any byte is an error or a sound image, never a crash")
    func truncated() throws {
        for (fixture, mayMiss) in [(Self.colours, 12), (redAndBlueJPEG, 0)] {
            let whole = try decode(fixture)
            for length in 0..<fixture.count {
                do {
                    let image = try decode(Array(fixture[..<length]))
                    // Only the mark of the end may be missing unnoticed.
                    #expect(length >= fixture.count - mayMiss, "\(length) of \(fixture.count) bytes")
                    #expect(image == whole)
                } catch let error as FoveaError {
                    #expect(error.code == .badData)
                    #expect(error.problem.contains("image.png`: The ") && isFaultOfAnImage(error), "\(error.problem)")
                }
            }
        }
    }

    @Test("a changed bit anywhere is an error or another image, never a crash")
    func changed() throws {
        for fixture in [Self.colours, redAndBlueJPEG] {
            for position in fixture.indices {
                var bytes = fixture
                bytes[position] ^= 1 << (position % 8)
                do { _ = try decode(bytes) } catch let error as FoveaError {
                    #expect(error.code == .badData && isFaultOfAnImage(error), "\(error.problem)")
                }
            }
        }
    }

    /// Whether an error says one of the things that can be wrong with the bytes of an image.
    private func isFaultOfAnImage(_ error: FoveaError) -> Bool {
        ["The file is empty.", "of no known kind of image", "image cannot be decoded: ", "more than "].contains {
            error.problem.contains($0)
        }
    }

    @Test("an image whose header declares too much is refused before it is decoded")
    func tooLarge() throws {
        for (width, height) in [(16385, 1), (1, 16385), (16000, 16000)] {
            let bomb = png(width: width, height: height, colourType: 0, rows: [[0]])
            let error = #expect(throws: FoveaError.self) { try decode(bomb) }
            #expect(
                error?.problem.contains("The PNG image is \(width)×\(height): more than 16384 rows or columns") == true,
                "\(error?.problem ?? "")")
        }
    }

    @Test("a PNG whose data unpacks to far more than its size is refused, not unpacked")
    func pixelBomb() throws {
        let bomb = zlibStream([UInt8](repeating: 0, count: 40_000_000))
        let error = #expect(throws: FoveaError.self) { try decode(Self.colours.inserting("IDAT", bomb)) }
        #expect(
            error?.problem.hasSuffix("The PNG image cannot be decoded: it has far more data than its size needs.")
                == true,
            "\(error?.problem ?? "")")
    }

    @Test("what is no image is an error that says so", arguments: ["", "<p>", "GIF", "\u{89}PN"])
    func otherKinds(content: String) {
        let error = #expect(throws: FoveaError.self) { try decode(Array(content.utf8)) }
        #expect(error?.code == .badData)
        let fault =
            content.isEmpty ? "The file is empty." : "The file is of no known kind of image, whatever its name says."
        #expect(error?.problem.hasSuffix("image.png`: \(fault)") == true, "\(error?.problem ?? "")")
    }

    @Test("a folder, a named pipe and a missing file are errors at once")
    func notAFile() throws {
        try withTemporaryFolder { folder in
            // Safe: the path is a C string for the length of the call.
            #expect(unsafe mkfifo("\(folder)/pipe", 0o600) == 0)
            for (path, problem) in [
                (folder, "`\(folder)` is a folder, not a regular file."),
                ("\(folder)/pipe", "`\(folder)/pipe` is a pipe, socket or device, not a regular file."),
                ("\(folder)/none", "There is no file `\(folder)/none`."),
            ] {
                let error = #expect(throws: FoveaError.self) { try ImageFile.decode(path: path, channels: 1) }
                #expect(error?.code == .missingInput && error?.problem == problem, "\(error?.problem ?? "")")
            }
        }
    }

    @Test("many threads decode sound and damaged files at once, and each gets its own result")
    func threads() async throws {
        let whole = try decode(redAndBlueJPEG)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<64 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        let image = try decode(redAndBlueJPEG)
                        #expect(image == whole)
                    } else {
                        let error = #expect(throws: FoveaError.self) { try decode(Array(Self.colours.prefix(50))) }
                        #expect(error?.problem.contains("PNG") == true)
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}
