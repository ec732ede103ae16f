import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Encoded image")
struct EncodedImageTests {
    /// Photographs, turned in some of the ways that cameras do.
    private static let photographs: [String] = {
        guard let folder = SharedData.url("photos") else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".jpg") }.sorted().map { folder.appending(path: $0).path }
    }()

    /// Resamplings of regions drawn at random, among them the whole image and parts at its edges.
    private func resamplings(height: Int, width: Int) throws -> [Resampling] {
        var random = CounterBasedGenerator(seed: 7, purpose: "regions").stream
        let drawn = try (0..<6).map { _ in
            let (rows, columns) = (
                Int.random(in: 1...height, using: &random), Int.random(in: 1...width, using: &random)
            )
            let region = Resampling.Region(
                top: Int.random(in: 0...height - rows, using: &random),
                left: Int.random(in: 0...width - columns, using: &random), height: rows, width: columns)
            return try Resampling(region, height: 48, width: 64)
        }
        let whole = Resampling.Region(top: 0, left: 0, height: height, width: width)
        return drawn + [
            try Resampling(whole, height: 40, width: 40),
            try Resampling(whole, height: 60, width: 60, keeping: .init(top: 7, left: 11, height: 32, width: 32)),
            try ResizeAndCenterCrop(height: 64, width: 64, shorterSide: 73).resampling(height: height, width: width),
        ]
    }

    @Test("what a region of a JPEG needs is decoded to the same pixels as the whole", arguments: photographs)
    func regions(path: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: path)))
        try withTemporaryFolder { folder in
            for orientation: UInt8 in 1...8 {
                let turned = "\(folder)/\(orientation).jpg"
                try Data(bytes.withOrientation(orientation)).write(to: URL(filePath: turned))
                let encoded = try EncodedImage(path: turned, channels: 3)
                let decoded = try encoded.decoded()
                #expect((encoded.height, encoded.width) == (decoded.height, decoded.width))
                for resampling in try resamplings(height: decoded.height, width: decoded.width) {
                    let (some, all) = try (encoded.resampled(resampling), decoded.resampled(resampling))
                    if decoded.height * decoded.width <= EncodedImage.largestWhole {
                        #expect(some == all, "\(resampling), orientation \(orientation)")
                    } else {
                        let difference = zip(some.pixels, all.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
                        // On average at most one of 255 steps.
                        #expect(difference <= all.pixels.count, "\(resampling), orientation \(orientation)")
                    }
                }
            }
        }
    }

    @Test("a JPEG that ends too early is an error, also where a region needs nothing of what is missing")
    func truncated() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/image.jpg"
            let whole = try Museum.bytes("sliver-column.jpg")
            // Cameras put a small picture, with a mark of its end, before the large one.
            let content = Array("thumb".utf8) + [0xff, 0xd8, 0xff, 0xd9]
            let thumbnail = [0xff, 0xe1, 0, UInt8(content.count + 2)] + content
            for start in [[], thumbnail] {
                let bytes = whole[..<2] + start + whole[2...]
                try Data(bytes).write(to: URL(filePath: path))
                let encoded = try EncodedImage(path: path, channels: 3)
                let top = try Resampling(
                    .init(top: 0, left: 0, height: 4, width: encoded.width), height: 4, width: encoded.width)
                #expect(try encoded.resampled(top) == encoded.decoded().resampled(top))
                try Data(bytes.dropLast(200)).write(to: URL(filePath: path))
                let error = #expect(throws: FoveaError.self) {
                    _ = try EncodedImage(path: path, channels: 3).resampled(top)
                }
                #expect(error?.problem.contains("The JPEG image cannot be decoded") == true, "\(error?.problem ?? "")")
            }
        }
    }

    @Test("a region outside the image is an error")
    func outside() throws {
        try withTemporaryFolder { folder in
            let path = "\(folder)/image.jpg"
            try Data(redAndBlueJPEG).write(to: URL(filePath: path))
            let encoded = try EncodedImage(path: path, channels: 3)
            let error = #expect(throws: FoveaError.self) {
                _ = try encoded.resampled(
                    Resampling(.init(top: 1, left: 0, height: 8, width: 16), height: 2, width: 2))
            }
            #expect(error?.problem == "The region 8×16 at (1, 0) does not lie within an image of 8×16.")
        }
    }
}
