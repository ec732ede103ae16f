import CFoveaImages
import FoveaFoundation
import FoveaGraph

/// An image file that has been read and not decoded: pixels are decoded when they are wanted, and of a JPEG only those that
/// are.
struct EncodedImage: Sendable {
    private let path: String
    private let bytes: [UInt8]
    /// 1 for luminance, 3 for sRGB.
    private let channels: Int
    private let header: ImageHeader

    /// Larger images are decoded at a reduced scale where the result is much smaller.
    static let largestWhole = 1 << 20

    /// - Parameters:
    ///   - channels: 1 for luminance, 3 for sRGB.
    ///   - limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` that names the file and the reason when it is missing, not a regular file, of no known kind,
    ///   or too large.
    init(path: String, channels: Int, limits: ImageLimits = .standard) throws {
        try self.init(
            ImageFile.bytes(path: path, limits: limits), path: path, channels: channels, limits: limits)
    }

    /// An image whose bytes have been read already.
    init(_ bytes: [UInt8], path: String, channels: Int, limits: ImageLimits = .standard) throws {
        precondition(channels == 1 || channels == 3, "a decoded image has 1 or 3 channels")
        (self.bytes, self.path, self.channels) = (bytes, path, channels)
        header = try Self.locatingErrors(in: path) { try ImageHeader(bytes, limits: limits) }
    }

    /// The number of rows when it is upright.
    var height: Int { header.height }
    /// The number of columns when it is upright.
    var width: Int { header.width }

    /// The bytes of its pixels when it is decoded whole.
    var byteCount: Int { height * width * channels }

    /// The digest of the file.
    var contentDigest: ContentDigest { ContentDigest(ofImageFile: bytes, channels: channels) }

    /// The whole image.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it is truncated or damaged.
    func decoded() throws -> DecodedImage {
        try Self.locatingErrors(in: path) {
            try ImageFile.decode(bytes, header).turned(by: header.orientation).converted(toChannels: channels)
        }
    }

    /// The whole image, and of a JPEG with more than a million pixels the largest of a half, a fourth and an eighth of it that
    /// has no more, or the eighth.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it is truncated or damaged.
    func reduced() throws -> DecodedImage {
        guard header.format == .jpeg, height * width > Self.largestWhole else { return try decoded() }
        let denominator = [2, 4].first { height * width / ($0 * $0) <= Self.largestWhole } ?? 8
        let whole = Resampling.Region(
            top: 0, left: 0, height: ceilingQuotient(header.storedHeight, denominator),
            width: ceilingQuotient(header.storedWidth, denominator))
        return try Self.locatingErrors(in: path) {
            try ImageFile.decode(bytes, header, region: whole, denominator: denominator)
                .turned(by: header.orientation).converted(toChannels: channels)
        }
    }

    /// The same as the whole image decoded and then resampled, up to the reduced scale of large images.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when what is needed of it is truncated or damaged, or when
    ///   the region does not lie within the image.
    func resampled(_ resampling: Resampling) throws -> DecodedImage {
        guard header.format == .jpeg else { return try decoded().resampled(resampling) }
        guard resampling.region.isPart(ofHeight: height, width: width) else {
            throw resampling.misses(height: height, width: width)
        }
        let denominator = denominator(for: resampling)
        let (rows, columns) = taps(resampling, denominator)
        let needed = Resampling.Region(
            top: rows.reach.lowerBound, left: columns.reach.lowerBound, height: rows.reach.count,
            width: columns.reach.count)
        let part = try Self.locatingErrors(in: path) {
            try ImageFile.decode(bytes, header, region: stored(needed, denominator), denominator: denominator)
                .turned(by: header.orientation).converted(toChannels: channels)
        }
        return part.resampled(rows.counted(from: needed.top), columns.counted(from: needed.left))
    }

    /// How much smaller the image is decoded: by a factor that leaves at least two pixels for each one of the result, so that
    /// the filter still decides how it looks.
    private func denominator(for resampling: Resampling) -> Int {
        guard height * width > Self.largestWhole else { return 1 }
        let shrinkage = min(
            Double(resampling.region.height) / Double(resampling.height),
            Double(resampling.region.width) / Double(resampling.width))
        return [8, 4, 2].first { shrinkage >= 2 * Double($0) } ?? 1
    }

    private func taps(_ resampling: Resampling, _ denominator: Int) -> (rows: AxisTaps, columns: AxisTaps) {
        let orientation = header.orientation
        // At a reduced scale the last row and column stand for fewer pixels than the others. Where the image is turned over,
        // these come first.
        func missing(_ extent: Int, _ isTurned: Bool) -> Int { isTurned ? -extent & (denominator - 1) : 0 }
        let turnsRows = orientation.isTransposed ? orientation.flipsColumns : orientation.flipsRows
        let turnsColumns = orientation.isTransposed ? orientation.flipsRows : orientation.flipsColumns
        return (
            resampling.rowTaps(
                denominator: denominator, of: ceilingQuotient(height, denominator), after: missing(height, turnsRows)),
            resampling.columnTaps(
                denominator: denominator, of: ceilingQuotient(width, denominator),
                after: missing(width, turnsColumns))
        )
    }

    /// The place of an upright region in the file's own pixels.
    private func stored(_ region: Resampling.Region, _ denominator: Int) -> Resampling.Region {
        let orientation = header.orientation
        var stored = region
        if orientation.isTransposed {
            stored = Resampling.Region(
                top: region.left, left: region.top, height: region.width, width: region.height)
        }
        if orientation.flipsRows {
            stored.top = ceilingQuotient(header.storedHeight, denominator) - stored.top - stored.height
        }
        if orientation.flipsColumns {
            stored.left = ceilingQuotient(header.storedWidth, denominator) - stored.left - stored.width
        }
        return stored
    }

    private static func locatingErrors<Result>(in path: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as FoveaError {
            throw error.located(at: .file(path))
        }
    }
}

private func ceilingQuotient(_ dividend: Int, _ divisor: Int) -> Int { (dividend + divisor - 1) / divisor }
