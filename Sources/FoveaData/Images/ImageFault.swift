import FoveaGraph

/// What is wrong with the bytes of an image: the rest of a sentence that begins with the image.
struct ImageFault: Error, Hashable {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    static let endsEarly = ImageFault("it ends too early")

    func error(in format: ImageFormat) -> FoveaError {
        FoveaError(
            .badData, "The \(format) image cannot be decoded: \(reason).", remedy: "Copy or export it again.")
    }
}

extension ImageFormat {
    /// The kind of a file that is going to be decoded.
    ///
    /// - Throws: ``FoveaError`` when nothing can decode it, with what it is instead.
    init(decodable bytes: [UInt8]) throws {
        guard let format = ImageFormat(firstBytes: bytes) else {
            throw FoveaError(
                .badData,
                bytes.isEmpty ? "The file is empty." : "The file is of no known kind of image, whatever its name says.",
                remedy: bytes.isEmpty ? "Copy or download it again." : "Convert it to JPEG or PNG.")
        }
        guard format.decoder == .none else {
            self = format
            return
        }
        let (name, remedy) = format.disguise
        throw FoveaError(.badData, "The file is \(name), whatever its name says.", remedy: remedy)
    }

    /// What a file is that is no picture of pixels, and what to do with it.
    private var disguise: (name: String, remedy: String) {
        switch self {
        case .html: ("an HTML page", "A download went wrong: fetch the picture again, or remove the file.")
        case .gitLFSPointer: ("a pointer of Git LFS to an image", "Fetch the image with `git lfs pull`.")
        case .svg: ("an SVG drawing", "Render it as PNG.")
        case .pdf: ("a PDF document", "Render its page as PNG.")
        case .video: ("a video", "Export the pictures that are wanted.")
        case .zip: ("a ZIP archive", "Unpack it.")
        case .gzip: ("a gzip archive", "Unpack it.")
        default: ("a \(self) image, which cannot be decoded", "Convert it to JPEG or PNG.")
        }
    }
}
