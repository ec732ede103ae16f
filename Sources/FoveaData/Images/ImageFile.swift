import CFoveaVips
import FoveaGraph

/// PNG and JPEG files, decoded by libvips, which is loaded when the first is decoded.
public enum ImageFile {
    /// The largest file that is read: 128 MiB.
    static let maximumByteCount = 128 << 20
    /// The largest number of rows or columns.
    static let maximumExtent = 16384
    /// The largest number of pixels.
    static let maximumPixelCount = 178_000_000

    /// Decodes a file, upright as its EXIF orientation says.
    ///
    /// What the file is decides its content, not its name. 16-bit channels are scaled to 8 bits, what is transparent is put
    /// on white, CMYK is converted to sRGB; other embedded colour profiles are not applied. Luminance of a coloured image
    /// is 0.299 R + 0.587 G + 0.114 B of the coded values (ITU-R BT.601): the same as Pillow's mode `L`.
    ///
    /// - Parameter channels: 1 for luminance, 3 for sRGB.
    /// - Throws: ``FoveaError`` that names the file and the reason when it is not there, not a regular file, neither PNG nor
    ///   JPEG, too large, truncated or damaged; with code `unavailable` when libvips is not installed.
    public static func decode(path: String, channels: Int) throws -> DecodedImage {
        precondition(channels == 1 || channels == 3, "a decoded image has 1 or 3 channels")
        var file = try RegularFile(path: path)
        do {
            guard file.size <= maximumByteCount else {
                throw FoveaError(
                    .badData, "The file has \(file.size) bytes, images may have up to \(maximumByteCount).",
                    remedy: "Use a smaller image.")
            }
            return try decode(try file.read(upTo: maximumByteCount)).converted(toChannels: channels)
        } catch let error as FoveaError {
            throw error.located(at: path)
        }
    }

    /// Loads libvips, unless that has happened before.
    ///
    /// - Throws: ``FoveaError`` with code `unavailable` when it cannot be used.
    private static func loadLibrary() throws {
        // Safe: a string that no longer changes, which is copied at once.
        guard let problem = unsafe fovea_vips_problem() else { return }
        throw FoveaError(
            .unavailable, "libvips, which decodes images, cannot be used: \(unsafe String(cString: problem)).",
            remedy: "Install the Debian package `libvips42`, on macOS `vips` with Homebrew.")
    }

    /// The version of libvips; nil when it cannot be used.
    public static var libraryVersion: String? {
        // Safe: a constant string of libvips, which is copied at once.
        unsafe fovea_vips_version().map { unsafe String(cString: $0) }
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
        var image = unsafe FoveaVipsImage()
        defer { unsafe fovea_vips_free(&image) }
        // Safe: libvips only reads the bytes, and has let go of them when the call returns.
        let result = unsafe bytes.withUnsafeBytes { buffer -> FoveaVipsResult in
            guard let start = buffer.baseAddress else { return FOVEA_VIPS_FAILED }
            return unsafe fovea_vips_decode(
                start, buffer.count, isPNG, Int32(maximumExtent), Int64(maximumPixelCount), &image)
        }
        let (height, width, channels) = unsafe (Int(image.height), Int(image.width), Int(image.channels))
        switch result {
        case FOVEA_VIPS_DECODED: break
        case FOVEA_VIPS_MISSING: try loadLibrary()
        case FOVEA_VIPS_TOO_LARGE:
            throw FoveaError(
                .badData,
                "The \(format) image is \(width)×\(height), images may have \(maximumExtent) rows and columns and "
                    + "\(maximumPixelCount) pixels.", remedy: "Scale it down.")
        default:
            throw FoveaError(
                .badData, "The \(format) image cannot be decoded: \(unsafe reason(image)).",
                remedy: "Copy or export it again.")
        }
        guard let pixels = unsafe image.pixels else { preconditionFailure("a decoded image has pixels") }
        // Safe: the shim hands over height × width × channels bytes, which live until they are freed above.
        let interleaved = unsafe UnsafeBufferPointer(start: pixels, count: height * width * channels)
        var planes = [UInt8](repeating: 0, count: interleaved.count)
        for channel in 0..<channels {
            for position in 0..<height * width {
                planes[channel * height * width + position] = unsafe interleaved[position * channels + channel]
            }
        }
        return DecodedImage(pixels: planes, channels: channels, height: height, width: width)
    }

    /// libvips's reason in one line.
    private static func reason(_ image: FoveaVipsImage) -> String {
        // Safe: the shim ends the text with a zero within the array.
        let text = unsafe withUnsafeBytes(of: image.reason) {
            unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}
