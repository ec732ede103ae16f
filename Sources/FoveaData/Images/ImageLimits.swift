import FoveaFoundation
import FoveaGraph

/// The largest image that is decoded. A file's header is held against it before any pixel is decoded or memory taken, so that
/// a small file cannot ask for more than this.
public struct ImageLimits: Hashable, Sendable {
    /// The largest number of rows or of columns.
    public let side: Int
    /// The largest number of pixels.
    public let pixelCount: Int

    /// 16,384 rows or columns, and 50 million pixels.
    public static let standard = ImageLimits(uncheckedSide: maximumImageExtent, pixelCount: 50_000_000)

    /// The largest values that can be asked for.
    package static let largestSide = 1_000_000
    package static let largestPixelCount = 2_000_000_000

    /// The largest file that is read: 128 MiB.
    static let fileByteCount = 128 << 20

    /// - Throws: ``FoveaError`` when a limit is less than 1, or more than 1,000,000 rows or columns or 2,000,000,000 pixels.
    public init(side: Int = standard.side, pixelCount: Int = standard.pixelCount) throws {
        guard 1...Self.largestSide ~= side, 1...Self.largestPixelCount ~= pixelCount else {
            throw FoveaError(
                .usage, "Images cannot be limited to \(side) rows or columns and \(pixelCount) pixels.",
                remedy: "Use 1 to \(Self.largestSide) rows or columns, and 1 to \(Self.largestPixelCount) pixels.")
        }
        self.init(uncheckedSide: side, pixelCount: pixelCount)
    }

    private init(uncheckedSide side: Int, pixelCount: Int) { (self.side, self.pixelCount) = (side, pixelCount) }

    /// - Throws: ``FoveaError`` when an image of this size is too large.
    func check(_ format: ImageFormat, height: Int, width: Int) throws {
        let (count, overflow) = height.multipliedReportingOverflow(by: width)
        guard height > side || width > side || overflow || count > pixelCount else { return }
        throw FoveaError(
            .badData,
            "The \(format) image is \(width)×\(height): more than \(side) rows or columns, or more than \(pixelCount) "
                + "pixels.",
            remedy: "Scale it down, or allow larger images with --max-image-side and --max-image-pixels.")
    }
}
