import FoveaFoundation
import FoveaGraph

/// A source that knows the content of an example without decoding it, or asks another source.
protocol DigestedExampleSource: ExampleSource {
    /// The digest of an example's content; nil where it has none.
    ///
    /// - Throws: ``FoveaError`` when the content cannot be read.
    func digest(ofExample index: Int) throws -> ContentDigest?
}

extension ExampleSource {
    /// The digest of an example's content, whatever its name and place: of its file where it has one, else of its pixels. Nil
    /// where it is no image alone.
    ///
    /// - Throws: ``FoveaError`` when the example cannot be read.
    package func contentDigest(at index: Int) throws -> ContentDigest? {
        if let source = self as? any DigestedExampleSource { return try source.digest(ofExample: index) }
        let example = try example(at: index)
        guard let image = example.image, example.values.isEmpty else { return nil }
        return ContentDigest(image.bytes, [image.channels, image.height, image.width])
    }

    /// The digest of each example's content; nil for those that cannot be read.
    package var contentDigests: [ContentDigest?] { concurrentMap(count) { try? contentDigest(at: $0) } }
}

extension ContentDigest {
    /// The digest of a file whose image is decoded with so many channels.
    init(ofImageFile bytes: [UInt8], channels: Int) {
        // Another version of a library that is opened at run time may decode other pixels.
        let format = ImageFormat(firstBytes: Array(bytes.prefix(ImageFormat.prefixByteCount)))
        let version = format?.decoder == .libvips ? LibVips.installed?.version ?? "" : ""
        self.init(bytes[...], [channels] + version.utf8.map(Int.init))
    }
}

extension ImageFolderSource: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? {
        ContentDigest(ofImageFile: try ImageFile.bytes(path: files[index].path, limits: limits), channels: 3)
    }
}

extension ImageFileSource: DigestedExampleSource {
    func digest(ofExample index: Int) throws -> ContentDigest? {
        ContentDigest(ofImageFile: try ImageFile.bytes(path: paths[index], limits: limits), channels: channels)
    }
}
