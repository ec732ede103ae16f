import FoveaGraph

/// What an image file says before its pixels.
public struct ImageHeader: Hashable, Sendable {
    public let format: ImageFormat
    /// Rows and columns as stored, before the picture is turned upright.
    let storedHeight: Int
    let storedWidth: Int
    /// The channels that decoding gives: 1 for luminance, 3 for sRGB.
    public let channels: Int
    let orientation: ImageOrientation

    /// The number of rows of the upright picture.
    public var height: Int { orientation.isTransposed ? storedWidth : storedHeight }
    /// The number of columns of the upright picture.
    public var width: Int { orientation.isTransposed ? storedHeight : storedWidth }
}

extension ImageHeader {
    /// The size, channels and orientation of a file that is in memory; no pixel is decoded.
    ///
    /// - Throws: ``FoveaError`` when it is of no kind that can be decoded, when its header is damaged, or when it is larger
    ///   than `limits` allow.
    public init(_ bytes: [UInt8], limits: ImageLimits = .standard) throws {
        var source = BytesInMemory(bytes)
        let firstScan: Int?
        (self, firstScan) = try Self.read(&source, limits)
        do {
            try JPEGSegments.limitScans(bytes, behind: firstScan)
        } catch {
            throw error.error(in: format)
        }
    }

    /// The header of a file that is read as far as that takes; the number of a JPEG's scans is not known then.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source, limits: ImageLimits) throws {
        self = try Self.read(&source, limits).header
    }

    private static func read<Source: HeaderBytes & ~Copyable>(
        _ source: inout Source, _ limits: ImageLimits
    ) throws -> (header: ImageHeader, firstScan: Int?) {
        let format = try ImageFormat(decodable: Array(source.bytes(0..<ImageFormat.prefixByteCount)))
        do {
            let content = try Content(format, &source, limits)
            try limits.check(format, height: content.height, width: content.width)
            let header = ImageHeader(
                format: format, storedHeight: content.height, storedWidth: content.width, channels: content.channels,
                orientation: content.orientation)
            return (header, content.firstScan)
        } catch let fault as ImageFault {
            throw fault.error(in: format)
        }
    }

    /// What the headers of all kinds say.
    struct Content {
        var height: Int
        var width: Int
        var channels: Int
        var orientation = ImageOrientation()
        /// Where the scans of a JPEG begin that has several.
        var firstScan: Int?

        /// - Throws: ``ImageFault`` when the header is damaged.
        init(
            height: Int, width: Int, channels: Int, orientation: ImageOrientation = ImageOrientation(),
            firstScan: Int? = nil
        ) throws {
            guard height > 0, width > 0 else { throw ImageFault("its header says \(width)×\(height) pixels") }
            (self.height, self.width, self.channels, self.orientation) = (height, width, channels, orientation)
            self.firstScan = firstScan
        }

        fileprivate init<Source: HeaderBytes & ~Copyable>(
            _ format: ImageFormat, _ source: inout Source, _ limits: ImageLimits
        ) throws {
            switch format {
            case .jpeg: self = try JPEGSegments(reading: &source).content
            case .png: self = try PNGHeader(reading: &source, limits: limits).content
            case .gif: self = try GIFHeader(reading: &source).content
            case .webP: self = try WebPHeader(reading: &source).content
            case .bmp: self = try BMPHeader(reading: &source).content
            case .pnm: self = try PNMHeader(reading: &source).content
            default:
                let bytes = try Array(source.bytes(0..<source.count))
                self = try LibVips.forReading(format).header(bytes, limits: limits)
            }
        }
    }
}
