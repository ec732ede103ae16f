/// The first chunk of a PNG file, and the orientation that it names anywhere.
///
/// Source: ISO/IEC 15948, 11.2.2.
struct PNGHeader {
    let content: ImageHeader.Content

    /// - Throws: ``ImageFault`` when the header is damaged; ``FoveaError`` when the image is too large; what reading throws.
    init<Source: HeaderBytes & ~Copyable>(reading source: inout Source, limits: ImageLimits) throws {
        let width = try source.bigEndian(16, byteCount: 4)
        let height = try source.bigEndian(20, byteCount: 4)
        let colourType = try source.byte(25)
        guard try source.bytes(8..<16).elementsEqual([0, 0, 0, 13] + Array("IHDR".utf8)) else {
            throw ImageFault("it does not begin with its size")
        }
        // What is too large is not walked through.
        try limits.check(.png, height: height, width: width)
        let descriptions = try PNGDescriptions(reading: &source)
        // The types 0 and 4 are grey.
        content = try ImageHeader.Content(
            height: height, width: width, channels: colourType & 3 == 0 ? 1 : 3,
            orientation: ImageOrientation(exif: descriptions.exif, xmp: descriptions.xmp))
    }
}
