import FoveaFoundation
import FoveaGraph

/// What an image file says of its pixels before them.
struct ImageHeader {
    let format: ImageFormat
    /// Rows and columns as they are stored; the orientation may exchange them.
    let storedHeight: Int
    let storedWidth: Int
    let orientation: ImageOrientation

    /// - Throws: ``FoveaError`` when the bytes are of no known kind, end within the header, or declare too many pixels.
    init(of bytes: [UInt8]) throws {
        format = try ImageFormat(of: bytes)
        switch format {
        case .jpeg:
            let segments = JPEGApplicationSegments(of: bytes)
            guard let size = segments.size else { throw format.damage("it ends within its header") }
            (storedHeight, storedWidth) = size
            orientation = ImageOrientation(exif: segments.exif, xmp: segments.xmp)
        case .png:
            guard bytes.count >= 24 else { throw format.damage("it ends within its header") }
            func number(at start: Int) -> Int { bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
            (storedHeight, storedWidth) = (number(at: 20), number(at: 16))
            orientation = ImageOrientation(png: bytes)
        }
        guard storedHeight > 0, storedWidth > 0 else {
            throw format.damage("it declares \(storedWidth)×\(storedHeight) pixels")
        }
        guard max(storedHeight, storedWidth) <= maximumImageExtent,
            storedHeight * storedWidth <= ImageFile.maximumPixelCount
        else {
            throw FoveaError(
                .badData,
                "The \(format.rawValue) image is \(storedWidth)×\(storedHeight): more than \(maximumImageExtent) rows "
                    + "or columns, or more than \(ImageFile.maximumPixelCount) pixels.",
                remedy: "Scale it down.")
        }
    }
}
