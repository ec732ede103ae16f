import FoveaFoundation
import FoveaGraph

extension DataSurvey {
    /// The examination of a picture, or the reason why it cannot be read.
    enum Examination: Sendable {
        case examined(ExaminedPicture)
        case refused(FoveaError, isTruncated: Bool)
    }

    /// Reads a picture. Large ones are decoded at a reduced scale.
    func examine(_ position: Int) -> Examination {
        var bytes: [UInt8] = []
        do {
            let picture = pictures[position]
            guard let path = picture.path else {
                let image = try decoded(position)
                return .examined(
                    try ExaminedPicture(image, content: nil, height: image.height, width: image.width))
            }
            bytes = try ImageFile.bytes(path: path, limits: .standard)
            let encoded = try EncodedImage(bytes, path: path, channels: 3)
            return .examined(
                try ExaminedPicture(
                    encoded.reduced(), content: ContentDigest(bytes[...]), height: encoded.height,
                    width: encoded.width))
        } catch {
            let known = error as? FoveaError ?? FoveaError(.badData, "\(error)", remedy: "Check the file.")
            return .refused(known, isTruncated: Self.isTruncated(bytes))
        }
    }

    /// A whole picture.
    ///
    /// - Throws: ``FoveaError`` when it cannot be read.
    package func decoded(_ position: Int) throws -> DecodedImage {
        let picture = pictures[position]
        if let path = picture.path { return try ImageFile.decode(path: path, channels: 3) }
        guard let source = held[picture.part], let image = try source.example(at: picture.index).image else {
            throw FoveaError(.badData, "\(name(of: position)) has no image.", remedy: "Inspect data that has images.")
        }
        return image
    }

    /// A picture that fits a square of so many pixels.
    ///
    /// - Throws: ``FoveaError`` when it cannot be read.
    package func thumbnail(of position: Int, side: Int) throws -> DecodedImage {
        if let path = pictures[position].path {
            let encoded = try EncodedImage(path: path, channels: 3)
            return try encoded.resampled(.fitting(height: encoded.height, width: encoded.width, in: side))
        }
        return try decoded(position).fitting(side)
    }

    /// Whether the mark that ends a file of its kind is missing.
    private static func isTruncated(_ bytes: [UInt8]) -> Bool {
        let end = bytes.suffix(1024)
        if bytes.starts(with: [0xff, 0xd8, 0xff]) { return end.firstRange(of: [0xff, 0xd9]) == nil }
        if bytes.starts(with: [0x89, 0x50, 0x4e, 0x47]) { return end.firstRange(of: Array("IEND".utf8)) == nil }
        return false
    }
}
