import Foundation
import FoveaGraph
import FoveaTestSupport
import Testing

@testable import FoveaData

@Suite("Resizing the shorter side and cropping the middle")
struct ResizeAndCenterCropTests {
    /// An image whose pixels tell their place: 10 times the row plus the column.
    private func image(height: Int, width: Int) throws -> DecodedImage {
        let pixels = (0..<height * width * 3).map { UInt8($0 / 3 / width * 10 + $0 / 3 % width) }
        return try DecodedImage(channels: 3, height: height, width: width, pixels: pixels)
    }

    @Test("cuts out the middle of an image whose shorter side has the length already, rounding half to even")
    func crop() throws {
        // Margins of 1, 2, 3 and 5 columns begin the crop at 0, 1, 2 and 2, as torchvision's `int(round(margin / 2.0))`.
        for (width, left) in [(5, 0), (6, 1), (7, 2), (9, 2)] {
            let transform = try ResizeAndCenterCrop(height: 4, width: 4, shorterSide: 4)
            let cropped = try transform.sized(image(height: 4, width: width))
            let row = (left..<left + 4).map { UInt8($0) }
            let pixels = [0, 10, 20, 30].flatMap { top in row.flatMap { [UInt8](repeating: $0 + top, count: 3) } }
            #expect(cropped.pixels == pixels, "\(width)")
        }
        let tall = try ResizeAndCenterCrop(height: 2, width: 4, shorterSide: 4).sized(image(height: 8, width: 4))
        #expect(tall.pixels == [30, 31, 32, 33, 40, 41, 42, 43].flatMap { [UInt8](repeating: $0, count: 3) })
    }

    @Test("keeps the proportions: the same pixels as resizing the whole image and cropping it")
    func resize() throws {
        let original = try image(height: 7, width: 12)
        let sized = try ResizeAndCenterCrop(height: 3, width: 3, shorterSide: 5).sized(original)
        // 5 · 12 / 7 is 8.57, cut off to 8 columns; the crop begins at row 1 and column round(2.5) = 2.
        let whole = original.resized(height: 5, width: 8)
        #expect(sized == whole.cropped(top: 1, left: 2, height: 3, width: 3))
    }

    @Test("is torchvision's evaluation for 224: 256 and 224")
    func evaluation() throws {
        let rule = try ResizeAndCenterCrop(evaluating: 224, 224)
        #expect(rule.shorterSide == 256 && rule.height == 224 && rule.width == 224)
        #expect(try ResizeAndCenterCrop(evaluating: 1, 1).shorterSide == 1)
        #expect(try ResizeAndCenterCrop(evaluating: 16384, 16384).shorterSide == 16384)
    }

    @Test("refuses sizes that make no sense, and slivers whose longer side would be too long")
    func unsound() throws {
        for (height, width, shorter) in [(0, 4, 4), (4, 4, 3), (4, 6, 5), (4, 4, 16385), (-1, -1, -1)] {
            let error = #expect(throws: FoveaError.self) {
                _ = try ResizeAndCenterCrop(height: height, width: width, shorterSide: shorter)
            }
            #expect(
                error?.problem
                    == "Images cannot be resized to a shorter side of \(shorter) and cropped to \(height)×\(width).")
        }
        let sliver = try DecodedImage(
            channels: 1, height: 1, width: 5000, pixels: [UInt8](repeating: 7, count: 5000))
        let error = #expect(throws: FoveaError.self) {
            _ = try ResizeAndCenterCrop(height: 4, width: 4, shorterSide: 4).sized(sliver)
        }
        #expect(error?.problem == "The image is 1×5000: with a shorter side of 4 it would be 20000 long.")
    }

    @Test("is part of the preprocessing: batches, files and statistics see the same pixels")
    func preprocessing() throws {
        try withTemporaryFolder { folder in
            let files = try [("a", 6, 9), ("b", 12, 5), ("c", 4, 4)].map { name, height, width in
                let path = "\(folder)/\(name).png"
                let rows = (0..<height).map { row in (0..<width * 3).map { UInt8(row * 20 + $0) } }
                try Data(png(width: width, height: height, colourType: 2, rows: rows)).write(to: URL(filePath: path))
                return path
            }
            let source = ImageFileSource(files, channels: 3)
            let sizing = try ResizeAndCenterCrop(height: 3, width: 3, shorterSide: 4)
            let preprocessing = try Preprocessing(fittedTo: source, sizing: sizing)
            #expect(preprocessing.inputType.shape == [1, 3, 3, 3])
            #expect(preprocessing.sizing == sizing)
            let batch = try source.batch([0, 1, 2], preprocessing: preprocessing).images
            let alone = try files.map { try preprocessing.tensor(forFile: $0).floats }
            #expect(batch.floats == alone.flatMap { $0 })
            // Standardized by their own statistics.
            #expect(abs(batch.doubles.reduce(0, +) / Double(batch.shape.elementCount)) < 1e-5)
            let unsized = #expect(throws: FoveaError.self) { _ = try Preprocessing(fittedTo: source) }
            #expect(unsized?.problem.contains("The image is 3×12×5, those before it are 3×6×9.") == true)
        }
    }
}
