import CFoveaImages
import FoveaFoundation
import FoveaGraph

/// Image files: JPEG, PNG, GIF, WebP, BMP and Netpbm's PBM, PGM and PPM; where libvips is installed, also TIFF, AVIF and
/// HEIC, and JPEG 2000 and JPEG XL where it trusts its decoders of these, which its version 8.14 does not.
public enum ImageFile {
    /// Decodes a file, upright as its EXIF or XMP orientation says; of an animation the first frame.
    ///
    /// The content of a file decides its format, not its name. 16-bit channels are scaled to 8 bits, and transparent pixels
    /// are put on white. Then an embedded ICC profile's colours become sRGB's, perceptually; a profile that is damaged or has
    /// other channels than the image is ignored, and so are gammas. CMYK without a profile becomes RGB as in Pillow and
    /// browsers, which take all JPEGs for inverted as Adobe's are, marked or not. Luminance of a coloured image is 0.299 R +
    /// 0.587 G + 0.114 B of the coded values (ITU-R BT.601): the same as Pillow's mode `L`.
    ///
    /// - Parameters:
    ///   - channels: 1 for luminance, 3 for sRGB.
    ///   - limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` that names the file and the reason when it is missing, not a regular file, of no kind
    ///   that can be decoded, too large, truncated or damaged; with ``FoveaError/Code/unavailable`` when libvips is missing.
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

    /// The header of a larger file is read before the file: 4 MiB.
    private static let largestReadUnseen = 4 << 20

    /// The bytes of a file; of a large one only where its header says that it may be decoded.
    ///
    /// - Throws: ``FoveaError`` when it is missing or not a regular file; when it is large, as ``header(path:limits:)``.
    static func bytes(path: String, limits: ImageLimits) throws -> [UInt8] {
        if let byteCount = fileByteCount(at: path), byteCount > largestReadUnseen {
            _ = try header(path: path, limits: limits)
        }
        return try readFile(at: path, limit: ImageLimits.fileByteCount)
    }

    /// The libraries that decode, with their versions, other than libvips.
    public static var libraries: [(name: String, version: String)] {
        // Safe: strings that the library keeps, which are copied at once.
        unsafe [
            ("libjpeg-turbo", fovea_jpeg_version()), ("libpng", fovea_png_version()), ("libwebp", fovea_webp_version()),
            ("giflib", fovea_gif_version()), ("LittleCMS", fovea_lcms_version()),
        ].map { unsafe ($0, String(cString: $1)) }
    }

    /// The image in sRGB or its luminance, as it is stored, not turned.
    ///
    /// - Parameters:
    ///   - header: that of these bytes.
    ///   - region: the part of a JPEG that is wanted, at the reduced scale; by default everything.
    ///   - denominator: decodes a JPEG at a half, a fourth or an eighth of its size.
    static func decode(
        _ bytes: [UInt8], _ header: ImageHeader, region: Resampling.Region? = nil, denominator: Int = 1
    ) throws -> DecodedImage {
        do {
            let stored =
                try region.map {
                    try StoredImage(jpeg: bytes, header, region: $0, denominator: denominator)
                } ?? StoredImage(bytes, header)
            return stored.inStandardColours()
        } catch let fault as ImageFault {
            throw fault.error(in: header.format)
        }
    }
}
