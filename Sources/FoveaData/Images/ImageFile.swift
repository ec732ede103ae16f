import CFoveaImages
import FoveaFoundation
import FoveaGraph

/// PNG and JPEG files, decoded by libpng and libjpeg-turbo.
public enum ImageFile {
    /// Decodes a file, upright as its EXIF or XMP orientation says.
    ///
    /// The content of a file decides its format, not its name. 16-bit channels are scaled to 8 bits, transparent pixels
    /// are put on white, CMYK becomes RGB as in Pillow and browsers, which take all files for inverted as Adobe's are,
    /// marked or not; embedded colour profiles and gammas are not applied. Luminance of a coloured image is 0.299 R +
    /// 0.587 G + 0.114 B of the coded values (ITU-R BT.601): the same as Pillow's mode `L`.
    ///
    /// - Parameters:
    ///   - channels: 1 for luminance, 3 for sRGB.
    ///   - limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` that names the file and the reason when it is missing, not a regular file, neither PNG
    ///   nor JPEG, too large, truncated or damaged.
    public static func decode(
        path: String, channels: Int, limits: ImageLimits = .standard
    ) throws -> DecodedImage {
        try EncodedImage(path: path, channels: channels, limits: limits).decoded()
    }

    /// The format, size and channels of a file, of which little more than these is read.
    ///
    /// - Throws: ``FoveaError`` that names the file and the reason when it is missing, not a regular file, of no kind that can
    ///   be decoded, too large, or when its header is damaged.
    public static func header(path: String, limits: ImageLimits = .standard) throws -> ImageHeader {
        var file = try BytesOfFile(path, limit: ImageLimits.fileByteCount)
        do {
            return try ImageHeader(reading: &file, limits: limits)
        } catch let error as FoveaError {
            throw error.located(at: .file(path))
        }
    }

    /// The libraries that decode, with their versions.
    public static var libraries: [(name: String, version: String)] {
        // Safe: constant strings of the libraries, which are copied at once.
        unsafe [
            ("libjpeg-turbo", String(cString: fovea_jpeg_version())), ("libpng", String(cString: fovea_png_version())),
        ]
    }

    /// The pixels as they are stored, not turned.
    ///
    /// - Parameters:
    ///   - header: that of these bytes.
    ///   - region: the part of a JPEG that is wanted, at the reduced scale; by default everything.
    ///   - denominator: decodes a JPEG at a half, a fourth or an eighth of its size.
    static func decode(
        _ bytes: [UInt8], _ header: ImageHeader, region: Resampling.Region? = nil, denominator: Int = 1
    ) throws -> DecodedImage {
        let region =
            region ?? Resampling.Region(top: 0, left: 0, height: header.storedHeight, width: header.storedWidth)
        var part = fovea_image_region(
            left: Int64(region.left), top: Int64(region.top), width: Int64(region.width),
            height: Int64(region.height), denominator: Int32(denominator))
        // The decoders read the header too, and may understand a damaged one otherwise.
        let limits = fovea_image_limits(
            extent: Int64(max(header.storedHeight, header.storedWidth)),
            pixel_count: Int64(header.storedHeight * header.storedWidth))
        var image = unsafe fovea_image()
        defer { unsafe fovea_image_free(&image) }
        // Safe: the decoders only read the bytes, and keep no reference to them after the call returns.
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> fovea_image_result in
            guard let start = buffer.baseAddress else { return FOVEA_IMAGE_FAILED }
            switch header.format {
            case .jpeg: return unsafe fovea_decode_jpeg(start, buffer.count, limits, &part, &image)
            case .png: return unsafe fovea_decode_png(start, buffer.count, limits, &image)
            default: return FOVEA_IMAGE_FAILED
            }
        }
        guard result == FOVEA_IMAGE_DECODED, let pixels = unsafe image.pixels else {
            throw ImageFault(
                result == FOVEA_IMAGE_TOO_LARGE ? "its size is another than its header says" : unsafe reason(image)
            ).error(in: header.format)
        }
        let (height, width, channels) = unsafe (Int(image.height), Int(image.width), Int(image.channels))
        // Safe: the decoder returns this many bytes, which live until its image is freed.
        let decoded = unsafe UnsafeBufferPointer(start: pixels, count: height * width * channels)
        return unsafe DecodedImage(pixels: Array(decoded), channels: channels, height: height, width: width)
    }

    /// The decoder's reason.
    private static func reason(_ image: fovea_image) -> String {
        // Safe: the decoder ends the text with a zero within the array.
        unsafe withUnsafeBytes(of: image.reason) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
