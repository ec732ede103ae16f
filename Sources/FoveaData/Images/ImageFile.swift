import CFoveaImages
import FoveaFoundation
import FoveaGraph

/// PNG and JPEG files, decoded by libpng and libjpeg-turbo.
public enum ImageFile {
    /// The largest file that is read: 128 MiB.
    static let maximumByteCount = 128 << 20
    /// The largest number of pixels.
    static let maximumPixelCount = 178_000_000

    /// Decodes a file, upright as its EXIF or XMP orientation says.
    ///
    /// The content of a file decides its format, not its name. 16-bit channels are scaled to 8 bits, transparent pixels
    /// are put on white, CMYK becomes RGB as in Pillow and browsers, which take all files for inverted as Adobe's are,
    /// marked or not; embedded colour profiles and gammas are not applied. Luminance of a coloured image is 0.299 R +
    /// 0.587 G + 0.114 B of the coded values (ITU-R BT.601): the same as Pillow's mode `L`.
    ///
    /// - Parameter channels: 1 for luminance, 3 for sRGB.
    /// - Throws: ``FoveaError`` that names the file and the reason when it is missing, not a regular file, neither PNG
    ///   nor JPEG, too large, truncated or damaged.
    public static func decode(path: String, channels: Int) throws -> DecodedImage {
        precondition(channels == 1 || channels == 3, "a decoded image has 1 or 3 channels")
        let bytes = try readFile(at: path, limit: maximumByteCount)
        do {
            return try decode(bytes).converted(toChannels: channels)
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

    private static func isPNG(_ bytes: [UInt8]) throws -> Bool {
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return true }
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return false }
        throw FoveaError(
            .badData,
            bytes.isEmpty ? "The file is empty." : "The file is neither PNG nor JPEG, whatever its name says.",
            remedy: "Convert it to PNG or JPEG.")
    }

    private static func decode(_ bytes: [UInt8]) throws -> DecodedImage {
        let isPNG = try isPNG(bytes)
        let format = isPNG ? "PNG" : "JPEG"
        let limits = fovea_image_limits(extent: Int64(maximumImageExtent), pixel_count: Int64(maximumPixelCount))
        var image = unsafe fovea_image()
        defer { unsafe fovea_image_free(&image) }
        // Safe: the decoders only read the bytes, and keep no reference to them after the call returns.
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> fovea_image_result in
            guard let start = buffer.baseAddress else { return FOVEA_IMAGE_FAILED }
            return unsafe isPNG
                ? fovea_decode_png(start, buffer.count, limits, &image)
                : fovea_decode_jpeg(start, buffer.count, limits, &image)
        }
        switch result {
        case FOVEA_IMAGE_DECODED:
            return unsafe upright(image, isPNG ? ImageOrientation(png: bytes) : ImageOrientation(jpeg: bytes))
        case FOVEA_IMAGE_TOO_LARGE:
            throw FoveaError(
                .badData,
                "The \(format) image is \(unsafe image.width)×\(unsafe image.height): more than \(maximumImageExtent) rows "
                    + "or columns, or more than \(maximumPixelCount) pixels.",
                remedy: "Scale it down.")
        default:
            throw FoveaError(
                .badData, "The \(format) image cannot be decoded: \(unsafe reason(image)).",
                remedy: "Copy or export it again.")
        }
    }

    /// The planes of an image, turned upright by its orientation.
    private static func upright(_ image: fovea_image, _ orientation: ImageOrientation) -> DecodedImage {
        let (height, width, channels) = unsafe (Int(image.height), Int(image.width), Int(image.channels))
        guard let pixels = unsafe image.pixels else { preconditionFailure("a decoded image has pixels") }
        // Safe: the decoder returns this many bytes, which live until its image is freed.
        let interleaved = unsafe UnsafeBufferPointer(start: pixels, count: height * width * channels)

        // The source of the first pixel, and the distance from there to the next row and column.
        let first = (orientation.flipsRows ? (height - 1) * width : 0) + (orientation.flipsColumns ? width - 1 : 0)
        var steps = (row: orientation.flipsRows ? -width : width, column: orientation.flipsColumns ? -1 : 1)
        var size = (height: height, width: width)
        if orientation.isTransposed {
            steps = (row: steps.column, column: steps.row)
            size = (height: width, width: height)
        }
        var planes = [UInt8](repeating: 0, count: interleaved.count)
        var target = 0
        for channel in 0..<channels {
            for row in 0..<size.height {
                var from = (first + row * steps.row) * channels + channel
                for _ in 0..<size.width {
                    planes[target] = unsafe interleaved[from]
                    target += 1
                    from += steps.column * channels
                }
            }
        }
        return DecodedImage(pixels: planes, channels: channels, height: size.height, width: size.width)
    }

    /// The decoder's reason.
    private static func reason(_ image: fovea_image) -> String {
        // Safe: the decoder ends the text with a zero within the array.
        unsafe withUnsafeBytes(of: image.reason) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
