import FoveaGraph

/// The kind of an image file, which its first bytes tell, whatever its name says.
enum ImageFormat: String {
    case jpeg = "JPEG"
    case png = "PNG"

    /// - Throws: ``FoveaError`` when the bytes are of no known kind.
    init(of bytes: [UInt8]) throws {
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            self = .png
        } else if bytes.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else {
            throw FoveaError(
                .badData,
                bytes.isEmpty ? "The file is empty." : "The file is neither PNG nor JPEG, whatever its name says.",
                remedy: "Convert it to PNG or JPEG.")
        }
    }

    /// The error for an image of this kind that is damaged.
    func damage(_ reason: String) -> FoveaError {
        FoveaError(
            .badData, "The \(rawValue) image cannot be decoded: \(reason).", remedy: "Copy or export it again.")
    }
}
