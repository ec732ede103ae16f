import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

/// Odd files with what Pillow finds in them; `script/pytorch/make_museum.py` writes them.
enum Museum {
    struct Piece: Decodable, CustomTestStringConvertible, Sendable {
        let file: String
        let needsLibvips: Bool
        let error: String?
        let height: Int?
        let width: Int?
        let offset: Int?

        var testDescription: String { file }
    }

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = try #require(Bundle.module.url(forResource: "Museum", withExtension: nil))
        return try [UInt8](Data(contentsOf: folder.appending(path: name)))
    }

    static let pieces: [Piece] =
        (try? JSONDecoder().decode([Piece].self, from: Data(bytes("manifest.json")))) ?? []

    static let pictures = pieces.filter { $0.error == nil && !$0.needsLibvips }
    static let errors = pieces.filter { $0.error != nil }
    static let ofLibvips = pieces.filter(\.needsLibvips)

    /// Pillow's pixels, `[row, column, channel]`.
    private static let pixels = (try? bytes("expected.bin")) ?? []

    static func expected(_ piece: Piece) throws -> [UInt8] {
        let (height, width, offset) = try (
            #require(piece.height), #require(piece.width), #require(piece.offset)
        )
        return Array(pixels[offset..<offset + height * width * 3])
    }

    static func decode(_ bytes: [UInt8]) throws -> DecodedImage {
        let header = try ImageHeader(bytes)
        let image = try ImageFile.decode(bytes, header).turned(by: header.orientation)
        #expect((image.height, image.width, image.channels) == (header.height, header.width, header.channels))
        return image.converted(toChannels: 3)
    }

    /// The mean absolute difference from Pillow's pixels, of 255 steps; nil where the size differs.
    static func difference(_ image: DecodedImage, _ piece: Piece) throws -> Double? {
        guard (image.height, image.width) == (piece.height, piece.width) else { return nil }
        let sum = zip(image.pixels, try expected(piece)).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(image.pixels.count)
    }
}

@Suite("Museum of odd image files")
struct MuseumTests {
    @Test("the museum has its files")
    func isThere() {
        #expect(Museum.pictures.count >= 75 && Museum.errors.count >= 25 && Museum.ofLibvips.count >= 7)
    }

    @Test("each picture is within 1/255 of Pillow's on average", arguments: Museum.pictures)
    func pictures(_ piece: Museum.Piece) throws {
        let image = try Museum.decode(Museum.bytes(piece.file))
        let difference = try #require(
            try Museum.difference(image, piece), "it is \(image.sizeText), not \(piece.height ?? 0)×\(piece.width ?? 0)"
        )
        #expect(difference <= 1)
    }

    @Test(
        "each picture that libvips reads is within 1/255 of Pillow's on average",
        .enabled("libvips is not installed") { LibVips.installed != nil }, arguments: Museum.ofLibvips)
    func picturesOfLibvips(_ piece: Museum.Piece) throws {
        try pictures(piece)
    }

    @Test(
        "each file that is no whole picture is an error that says so, of the file's content", arguments: Museum.errors)
    func errors(_ piece: Museum.Piece) throws {
        let error = #expect(throws: FoveaError.self) { try Museum.decode(Museum.bytes(piece.file)) }
        #expect(error?.code == .badData)
        #expect(try error?.problem.contains(#require(piece.error)) == true, "\(error?.problem ?? "")")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test("a header read from a part of a file says the same as one of the whole", arguments: Museum.pictures)
    func headers(_ piece: Museum.Piece) throws {
        let bytes = try Museum.bytes(piece.file)
        let ofFile = try withTemporaryFolder { folder in
            try Data(bytes).write(to: URL(filePath: "\(folder)/image"))
            return try ImageFile.header(path: "\(folder)/image")
        }
        #expect(try ImageHeader(bytes) == ofFile)
    }

    @Test("each file that ends at any byte is an error or the right picture", arguments: Museum.pieces)
    func truncated(_ piece: Museum.Piece) throws {
        if piece.needsLibvips, LibVips.installed == nil { return }
        let bytes = try Museum.bytes(piece.file)
        // Some bytes only of files that are long by repetition.
        let lengths = (0..<bytes.count).filter { length in
            bytes.count <= 3000 || length < 500 || length >= bytes.count - 200 || length.isMultiple(of: 37)
        }
        for length in lengths {
            do {
                let image = try Museum.decode(Array(bytes[..<length]))
                let difference = try Museum.difference(image, piece)
                #expect(difference ?? .infinity <= 1, "\(length) of \(bytes.count) bytes")
            } catch let error as FoveaError {
                #expect(error.code == .badData, "\(length) bytes: \(error)")
            }
        }
    }

    @Test("each file with a changed bit near its beginning is an error or another picture", arguments: Museum.pieces)
    func changed(_ piece: Museum.Piece) throws {
        if piece.needsLibvips { return }
        let bytes = try Museum.bytes(piece.file)
        for position in bytes.indices.prefix(500) {
            var changed = bytes
            changed[position] ^= 1 << (position % 8)
            do {
                let header = try ImageHeader(changed, limits: ImageLimits(pixelCount: 1 << 16))
                _ = try ImageFile.decode(changed, header)
            } catch is FoveaError {
                // As it should be.
            }
        }
    }
}

@Suite("libvips")
struct LibVipsTests {
    @Test(
        "without it, the error names the kind of file and the package to install", arguments: [ImageFormat.tiff, .avif])
    func missing(_ format: ImageFormat) {
        #expect(LibVips(named: "libvips-that-does-not-exist.so.1") == nil)
        let error = #expect(throws: FoveaError.self) { try LibVips.forReading(format, library: nil) }
        #expect(error?.code == .unavailable)
        #expect(
            error?.problem == "The file is a \(format) image, and libvips, which decodes these, is not installed.")
        #expect(error?.remedy.contains("apt install libvips42") == true)
    }

    @Test("a library that is not libvips is not taken for it")
    func another() {
        #expect(LibVips(named: "libc.so.6") == nil)
    }

    @Test("it says its version", .enabled("libvips is not installed") { LibVips.installed != nil })
    func version() throws {
        #expect(try #require(LibVips.installed).version.wholeMatch(of: /8\.\d+\.\d+/) != nil)
    }

    @Test(
        "a decoder that libvips calls untrusted is not used, and the error says so",
        .enabled("libvips is not installed, or not 8.14") { LibVips.installed?.version.hasPrefix("8.14.") == true })
    func untrusted() {
        let error = #expect(throws: FoveaError.self) {
            try ImageHeader([0xff, 0x0a] + [UInt8](repeating: 0, count: 40))
        }
        #expect(
            error?.problem
                == "The JPEG XL image cannot be decoded: libvips calls its own decoder of these untrusted, so it is not used."
        )
    }

    @Test(
        "what is larger than the limits is refused from the header",
        .enabled("libvips is not installed") { LibVips.installed != nil })
    func tooLarge() throws {
        let bytes = try Museum.bytes("colour.tif")
        let error = #expect(throws: FoveaError.self) { try ImageHeader(bytes, limits: ImageLimits(side: 20)) }
        #expect(error?.problem.contains("The TIFF image is 23×17: more than 20 rows or columns") == true)
    }

    @Test(
        "many threads decode sound and damaged files at once",
        .enabled("libvips is not installed") { LibVips.installed != nil })
    func threads() async throws {
        let whole = try Museum.bytes("colour.tif")
        let expected = try Museum.decode(whole)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<32 {
                group.addTask {
                    if number.isMultiple(of: 2) {
                        let image = try Museum.decode(whole)
                        #expect(image == expected)
                    } else {
                        #expect(throws: FoveaError.self) { try Museum.decode(Array(whole.prefix(120))) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

@Suite("Museum in a folder of classes")
struct MuseumFolderTests {
    /// The images of a loader's batches, one after the other.
    private func images(_ loader: DataLoader) async throws -> [Float] {
        var floats: [Float] = []
        for try await batch in loader { floats += try batch.images.floats }
        return floats
    }

    @Test("training, evaluation and prediction give the network the same numbers for each file")
    func sameNumbers() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "museum-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for (number, piece) in Museum.pictures.enumerated() {
            let name = folder.appending(path: number.isMultiple(of: 2) ? "even" : "odd")
            try FileManager.default.createDirectory(at: name, withIntermediateDirectories: true)
            try Data(Museum.bytes(piece.file)).write(to: name.appending(path: piece.file))
        }
        let source = try DataSource.load(folder.path).training
        #expect(source.count >= 75)
        let sizing = try ResizeAndCenterCrop(height: 12, width: 12, shorterSide: 14)
        let preprocessing = try Preprocessing(fittedTo: source, sizing: sizing)
        let order = EpochOrder(seed: 0, isShuffled: false)
        let training = try await images(
            DataLoader(source, transforms: [preprocessing], batchSize: 7, order: order, workers: 3))
        let evaluation = try await images(
            DataLoader(source, transforms: [preprocessing], batchSize: 64, order: order, workers: 1))
        let paths = try ["even", "odd"].flatMap { name in
            let inside = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: name).path)
            return inside.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder.path)/\(name)/\($0)" }
        }
        let prediction = try await images(
            DataLoader(
                ImageFileSource(paths, channels: 3), transforms: preprocessing.transformsOfFiles, batchSize: 16,
                order: order))
        #expect(training.count == source.count * 3 * 12 * 12)
        #expect(training == evaluation)
        #expect(training == prediction)
    }
}
