/// The kind of a file, told by its first bytes: its name says nothing.
public enum ImageFormat: String, CaseIterable, Hashable, Sendable {
    case jpeg = "JPEG"
    case png = "PNG"
    case gif = "GIF"
    case webP = "WebP"
    case bmp = "BMP"
    /// Netpbm's PBM, PGM and PPM, in text or binary.
    case pnm = "PNM"
    case tiff = "TIFF"
    case avif = "AVIF"
    case heic = "HEIC"
    case jpeg2000 = "JPEG 2000"
    case jpegXL = "JPEG XL"
    case svg = "SVG"
    case pdf = "PDF"
    case photoshop = "Photoshop"
    case html = "HTML"
    case video = "MP4 or QuickTime"
    case zip = "ZIP"
    case gzip = "gzip"
    case gitLFSPointer = "Git LFS"

    /// What decodes a kind.
    enum Decoder {
        case builtIn
        /// libvips, where it is installed.
        case libvips
        case none
    }

    var decoder: Decoder {
        switch self {
        case .jpeg, .png, .gif, .webP, .bmp, .pnm: .builtIn
        case .tiff, .avif, .heic, .jpeg2000, .jpegXL: .libvips
        case .svg, .pdf, .photoshop, .html, .video, .zip, .gzip, .gitLFSPointer: .none
        }
    }

    /// The extensions of files that are taken for images in a folder, also of kinds that cannot be decoded: those are errors
    /// when they are read, not left out.
    package static let fileExtensions: Set = [
        "png", "apng", "jpg", "jpeg", "jpe", "jfif", "webp", "gif", "bmp", "dib", "tif", "tiff", "pnm", "ppm", "pgm",
        "pbm",
        "heic", "heif", "avif", "jp2", "j2k", "jxl",
    ]

    /// The number of bytes that are enough to tell any kind.
    static let prefixByteCount = 1024

    /// Nil where the first bytes are of no known kind.
    ///
    /// - Parameter bytes: a file's first ``prefixByteCount`` bytes, or all that it has.
    public init?(firstBytes bytes: [UInt8]) {
        if let format = Self.signatures.first(where: { bytes.starts(with: $0.bytes) })?.format {
            self = format
        } else if let format = Self.boxedFormat(bytes) ?? Self.containerFormat(bytes) ?? Self.textFormat(bytes) {
            self = format
        } else {
            return nil
        }
    }

    private static let signatures: [(format: ImageFormat, bytes: [UInt8])] = [
        (.jpeg, [0xff, 0xd8, 0xff]),
        (.png, [0x89] + "PNG\r\n\u{1a}\n".utf8),
        (.gif, Array("GIF87a".utf8)), (.gif, Array("GIF89a".utf8)),
        (.tiff, [0x49, 0x49, 42, 0]), (.tiff, [0x4d, 0x4d, 0, 42]), (.tiff, [0x49, 0x49, 43, 0]),
        (.tiff, [0x4d, 0x4d, 0, 43]),
        (.jpeg2000, [0, 0, 0, 12] + "jP  \r\n".utf8 + [0x87, 0x0a]), (.jpeg2000, [0xff, 0x4f, 0xff, 0x51]),
        (.jpegXL, [0, 0, 0, 12] + "JXL \r\n".utf8 + [0x87, 0x0a]), (.jpegXL, [0xff, 0x0a]),
        (.pdf, Array("%PDF-".utf8)), (.photoshop, Array("8BPS".utf8)), (.zip, Array("PK\u{3}\u{4}".utf8)),
        (.gzip, [0x1f, 0x8b]), (.gitLFSPointer, Array("version https://git-lfs".utf8)),
    ]

    /// Files of ISO's base media format name their kind, and others that they conform to, in their first box.
    private static func boxedFormat(_ bytes: [UInt8]) -> ImageFormat? {
        guard bytes.count >= 12, bytes[4..<8].elementsEqual("ftyp".utf8) else { return nil }
        let length = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
        let names = bytes[8..<min(max(length, 12), bytes.count)]
        let brands = stride(from: 8, to: names.endIndex - 3, by: 4).map {
            String(decoding: bytes[$0..<$0 + 4], as: UTF8.self)
        }
        if brands.contains("avif") || brands.contains("avis") { return .avif }
        let isPicture = brands.contains {
            ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains($0)
        }
        return isPicture ? .heic : .video
    }

    /// Kinds whose mark is in two parts.
    private static func containerFormat(_ bytes: [UInt8]) -> ImageFormat? {
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) { return .webP }
        // Two letters begin many a text; the length of the second header tells.
        if bytes.starts(with: "BM".utf8), bytes.count < 18 || BMPHeader.lengths.contains(Int(bytes[14])) { return .bmp }
        if bytes.first == UInt8(ascii: "P"), bytes.count > 2,
            (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[1]),
            PNMHeader.isSpace(bytes[2]) || bytes[2] == UInt8(ascii: "#")
        {
            return .pnm
        }
        return nil
    }

    private static func textFormat(_ bytes: [UInt8]) -> ImageFormat? {
        var text = bytes.prefix(prefixByteCount)
        if text.starts(with: [0xef, 0xbb, 0xbf]) { text = text.dropFirst(3) }
        let start = String(decoding: text.drop { $0 <= UInt8(ascii: " ") }, as: UTF8.self).lowercased()
        guard start.hasPrefix("<") else { return nil }
        if start.contains("<svg") { return .svg }
        let isPage = ["<!doctype html", "<html", "<head", "<body", "<script"].contains { start.contains($0) }
        return isPage ? .html : nil
    }
}

extension ImageFormat: CustomStringConvertible {
    /// The name: `JPEG`, `WebP`.
    public var description: String { rawValue }
}
