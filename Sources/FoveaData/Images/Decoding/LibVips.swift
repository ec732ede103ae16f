import CFoveaImages
import FoveaFoundation
import FoveaGraph

/// libvips, which decodes TIFF, AVIF, HEIC, JPEG 2000 and JPEG XL. It is opened when it is first needed, and need not be there
/// to build or to run.
///
/// It loads nothing that its makers call untrusted, uses no threads of its own, and keeps no cache.
// `@unchecked`: the handle's functions are found once and not changed; libvips may be called from any thread.
@safe package final class LibVips: @unchecked Sendable {
    private let handle: OpaquePointer

    /// The package of Debian that has it.
    package static let packageName = "libvips42"
    #if canImport(Darwin)
        private static let libraryName = "libvips.42.dylib"
    #else
        private static let libraryName = "libvips.so.42"
    #endif

    /// Nil where it is not installed.
    package static let installed = LibVips(named: libraryName)

    /// Nil where there is no such library.
    init?(named name: String) {
        guard let handle = unsafe fovea_vips_open(name) else { return nil }
        unsafe self.handle = unsafe handle
    }

    /// Such as `8.14.1`.
    package var version: String {
        (0..<3 as Range<Int32>).map { unsafe "\(fovea_vips_version(handle, $0))" }.joined(separator: ".")
    }

    /// - Throws: ``FoveaError`` that names the package when the library is not there.
    static func forReading(_ format: ImageFormat, library: LibVips? = installed) throws -> LibVips {
        guard let library else {
            throw FoveaError(
                .unavailable, "The file is a \(format) image, and libvips, which decodes these, is not installed.",
                remedy: "Install it (on Debian: `apt install \(packageName)`), or convert the file to JPEG or PNG.")
        }
        return library
    }

    /// - Throws: ``ImageFault`` when the header is damaged, or libvips does not load this kind.
    func header(_ bytes: [UInt8], limits: ImageLimits) throws -> ImageHeader.Content {
        var image = unsafe fovea_image()
        // Safe: it only reads the bytes, and keeps no reference to them after the call returns.
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> fovea_image_result in
            guard let start = buffer.baseAddress else { return FOVEA_IMAGE_FAILED }
            let limits = fovea_image_limits(extent: Int64(limits.side), pixel_count: Int64(limits.pixelCount))
            return unsafe fovea_vips_read_header(handle, start, buffer.count, limits, &image)
        }
        if result == FOVEA_IMAGE_FAILED { throw unsafe ImageFault(image) }
        // Where it is too large, the caller says so.
        return unsafe try ImageHeader.Content(
            height: Int(image.height), width: Int(image.width), channels: image.channels == 1 ? 1 : 3,
            orientation: ImageOrientation(number: Int(image.orientation)))
    }

    /// - Throws: ``ImageFault`` when the file is damaged.
    func image(_ bytes: [UInt8], _ header: ImageHeader) throws -> StoredImage {
        // Safe: as for the other decoders.
        try unsafe StoredImage.decoded(bytes, header) { unsafe fovea_vips_decode(handle, $0, $1, $2, $3) }
    }
}
