import FoveaGraph
import Testing

@testable import FoveaData

@Suite("Resizing")
struct DecodedImageResamplingTests {
    /// 5×7 pixels: (37 row + 53 column + 11 (row · column mod 7)) mod 256.
    private static let pixels: [UInt8] = (0..<35).map {
        let (row, column) = ($0 / 7, $0 % 7)
        return UInt8((37 * row + 53 * column + 11 * (row * column % 7)) % 256)
    }
    private let image = DecodedImage(pixels: pixels, channels: 1, height: 5, width: 7)

    /// What torch.nn.functional.interpolate(mode="bilinear", antialias=True, align_corners=False) gives.
    private static let goldens: [(height: Int, width: Int, pixels: [Double])] = [
        (2, 3, [89.364, 133.562, 103.847, 139.568, 89.778, 165.786]),
        (1, 1, [118.647]),
        (
            8, 4,
            [
                27.762, 110.24, 156.56, 46.429, 46.47, 136.438, 133.372, 83.637, 73.196, 169.383, 100.622, 132.741,
                99.923, 162.008, 71.247, 145.39, 122.839, 128.695, 70.047, 159.185, 141.946, 69.445, 97.022, 174.125,
                165.848, 74.68, 122.265, 205.565, 182.952, 83.36, 139.8, 228.857,
            ]
        ),
    ]

    @Test("larger and smaller, it gives the numbers of torch's antialiased bilinear interpolation, rounded")
    func torch() {
        for golden in Self.goldens {
            let resized = image.resized(height: golden.height, width: golden.width)
            #expect((resized.height, resized.width) == (golden.height, golden.width))
            #expect(zip(resized.pixels, golden.pixels).allSatisfy { abs(Double($0) - $1) < 0.502 })
        }
    }

    @Test("each channel is resized by itself")
    func channels() {
        let colour = DecodedImage(
            pixels: Self.pixels.flatMap { [$0, 255 - $0, 9] }, channels: 3, height: 5, width: 7)
        let resized = colour.resized(height: 2, width: 3).pixels
        let grey = image.resized(height: 2, width: 3).pixels
        for position in 0..<6 {
            #expect(resized[3 * position] == grey[position])
            #expect(abs(Int(resized[3 * position]) + Int(resized[3 * position + 1]) - 255) <= 1)
            #expect(resized[3 * position + 2] == 9)
        }
    }

    @Test("the same size is the same image")
    func same() { #expect(image.resized(height: 5, width: 7) == image) }

    @Test("a sliver can become any size, and any size a sliver", arguments: [(1, 700), (700, 1), (1, 1), (3, 2)])
    func slivers(height: Int, width: Int) {
        let sliver = DecodedImage(
            pixels: [UInt8](repeating: 77, count: height * width), channels: 1, height: height, width: width)
        for (newHeight, newWidth) in [(28, 28), (1, 1), (1, 300), (300, 1)] {
            let resized = sliver.resized(height: newHeight, width: newWidth)
            #expect(resized.pixels.count == newHeight * newWidth)
            #expect(resized.pixels.allSatisfy { $0 == 77 })
        }
    }

    @Test("what is kept of a resized region is the same as cropping before and after")
    func regions() throws {
        let region = Resampling.Region(top: 1, left: 2, height: 4, width: 3)
        let kept = Resampling.Region(top: 1, left: 0, height: 2, width: 4)
        let resampled = try image.resampled(Resampling(region, height: 6, width: 5, keeping: kept))
        let inSteps = image.cropped(top: 1, left: 2, height: 4, width: 3).resized(height: 6, width: 5)
            .cropped(top: 1, left: 0, height: 2, width: 4)
        #expect(resampled == inSteps)
        let same = try image.resampled(Resampling(region, height: 4, width: 3))
        #expect(same == image.cropped(top: 1, left: 2, height: 4, width: 3))
    }

    @Test("a region outside the image is an error, and so is keeping what is not there")
    func outside() {
        for region in [(0, 0, 6, 7), (1, 0, 5, 7), (0, -1, 1, 1), (0, 7, 1, 1)] {
            let error = #expect(throws: FoveaError.self) {
                let region = Resampling.Region(
                    top: region.0, left: region.1, height: region.2, width: region.3)
                _ = try image.resampled(Resampling(region, height: 2, width: 2))
            }
            #expect(error?.code == .usage, "\(region)")
        }
        let whole = Resampling.Region(top: 0, left: 0, height: 5, width: 7)
        let error = #expect(throws: FoveaError.self) {
            _ = try Resampling(
                whole, height: 2, width: 2, keeping: Resampling.Region(top: 1, left: 0, height: 2, width: 2))
        }
        #expect(error?.problem == "5×7 at (0, 0) cannot become 2×2, of which 2×2 at (1, 0) is kept.")
    }
}
