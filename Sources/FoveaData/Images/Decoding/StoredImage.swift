import CFoveaImages
import FoveaGraph

/// The pixels of a file as its decoder gives them: as they are stored, in the colours of its profile.
struct StoredImage {
    var pixels: [UInt8]
    /// 1 for luminance, 3 for red, green and blue, 4 for how much of each of four inks is missing.
    var channels: Int
    let height: Int
    let width: Int
    /// The embedded colour profile; empty where there is none.
    var profile: [UInt8] = []

    /// Decodes the whole of a file.
    ///
    /// - Parameter header: that of these bytes.
    /// - Throws: ``ImageFault`` when the file is damaged; ``FoveaError`` when a library is missing.
    init(_ bytes: [UInt8], _ header: ImageHeader) throws {
        switch header.format {
        case .bmp: self.init(pixels: try BMPHeader(bytes).pixels(bytes), header, channels: 3)
        case .pnm: self.init(pixels: try PNMHeader(bytes).pixels(bytes), header, channels: header.channels)
        case .jpeg:
            // Safe: as `decoded` says.
            self = try unsafe Self.decoded(bytes, header) { unsafe fovea_decode_jpeg($0, $1, $2, nil, $3) }
            profile = JPEGSegments(of: bytes).profile(in: bytes)
        case .png:
            let descriptions = PNGDescriptions(of: bytes)
            guard descriptions.isComplete else { throw ImageFault.endsEarly }
            self = try unsafe Self.decoded(bytes, header, by: fovea_decode_png)
            profile = descriptions.profile
        case .webP:
            var source = BytesInMemory(bytes)
            guard try WebPHeader.isComplete(&source) else { throw ImageFault.endsEarly }
            self = try unsafe Self.decoded(bytes, header, by: fovea_decode_webp)
            profile = try WebPHeader.profile(&source)
        case .gif: self = try unsafe Self.decoded(bytes, header, by: fovea_decode_gif)
        default: self = try LibVips.forReading(header.format).image(bytes, header)
        }
    }

    /// Decodes a part of a JPEG file.
    ///
    /// - Parameters:
    ///   - region: what is wanted, at the reduced scale.
    ///   - denominator: decodes at a half, a fourth or an eighth of the size.
    /// - Throws: ``ImageFault`` when the file is damaged.
    init(jpeg bytes: [UInt8], _ header: ImageHeader, region: Resampling.Region, denominator: Int) throws {
        var part = fovea_image_region(
            left: Int64(region.left), top: Int64(region.top), width: Int64(region.width),
            height: Int64(region.height), denominator: Int32(denominator))
        // Safe: as `decoded` says; the region lives as long as the call.
        self = try unsafe Self.decoded(bytes, header) { unsafe fovea_decode_jpeg($0, $1, $2, &part, $3) }
        profile = JPEGSegments(of: bytes).profile(in: bytes)
    }

    private init(pixels: [UInt8], _ header: ImageHeader, channels: Int) {
        (self.pixels, self.channels) = (pixels, channels)
        (height, width) = (header.storedHeight, header.storedWidth)
    }

    /// Copies what a decoder of C gives.
    private init(_ image: fovea_image) {
        (height, width, channels) = unsafe (Int(image.height), Int(image.width), Int(image.channels))
        guard let start = unsafe image.pixels else { preconditionFailure("a decoded image has pixels") }
        // Safe: a decoder returns this many bytes, which live until its image is freed.
        pixels = unsafe Array(UnsafeBufferPointer(start: start, count: height * width * channels))
        if let start = unsafe image.profile {
            profile = unsafe Array(UnsafeBufferPointer(start: start, count: image.profile_length))
        }
    }

    typealias Decoder = (
        UnsafePointer<UInt8>, Int, fovea_image_limits, UnsafeMutablePointer<fovea_image>
    ) -> fovea_image_result

    /// - Parameter decode: only reads the bytes, and keeps no reference to them after the call returns.
    /// - Throws: ``ImageFault`` when the file is damaged.
    @unsafe static func decoded(_ bytes: [UInt8], _ header: ImageHeader, by decode: Decoder) throws -> StoredImage {
        // The decoders read the header too, and may understand a damaged one otherwise.
        let limits = fovea_image_limits(
            extent: Int64(max(header.storedHeight, header.storedWidth)),
            pixel_count: Int64(header.storedHeight * header.storedWidth))
        var image = unsafe fovea_image()
        defer { unsafe fovea_image_free(&image) }
        let result = unsafe bytes.withUnsafeBufferPointer { buffer -> fovea_image_result in
            guard let start = buffer.baseAddress else { return FOVEA_IMAGE_FAILED }
            return unsafe decode(start, buffer.count, limits, &image)
        }
        switch result {
        case FOVEA_IMAGE_DECODED: return unsafe StoredImage(image)
        case FOVEA_IMAGE_TOO_LARGE: throw ImageFault("its size is another than its header says")
        default: throw unsafe ImageFault(image)
        }
    }
}

extension ImageFault {
    /// The decoder's reason.
    init(_ image: fovea_image) {
        // Safe: the decoder ends the text with a zero within the array.
        self.init(
            unsafe withUnsafeBytes(of: image.reason) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
}

extension StoredImage {
    /// The image in sRGB or its luminance.
    ///
    /// A profile that is damaged, of other channels than the image, or of sRGB itself changes nothing, as in browsers.
    func inStandardColours() -> DecodedImage {
        var result = self
        if let transform = ColourTransform.from(profile, channels: channels) {
            result.pixels = transform.applied(to: pixels)
            result.channels = channels == 1 ? 1 : 3
        } else if channels == 4 {
            // Safe: the target has three bytes for each pixel's four.
            result.pixels = unsafe [UInt8](unsafeUninitializedCapacity: height * width * 3) { target, count in
                if let start = target.baseAddress { unsafe fovea_inks_to_colours(pixels, start, height * width) }
                count = height * width * 3
            }
            result.channels = 3
        }
        return DecodedImage(pixels: result.pixels, channels: result.channels, height: height, width: width)
    }
}
