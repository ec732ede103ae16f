import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph

/// The files that inputs name: the inputs themselves, or the images in folders among them.
struct ImageFiles {
    let paths: [String]

    /// - Throws: ``FoveaError`` when a folder holds no image.
    init(_ inputs: [String]) throws {
        paths = try inputs.flatMap { try Self.files($0) }
    }

    /// The files in byte order of their paths; hidden ones are left out, links to folders are not followed.
    private static func files(_ input: String) throws -> [String] {
        guard FileKind(at: input) == .folder else { return [input] }
        let images = try images(in: input.withoutTrailingSlashes)
        guard !images.isEmpty else {
            throw FoveaError(
                .missingInput, "The folder \(quoted(input)) holds no image files.",
                remedy: "Name the files, or a folder that has some.")
        }
        return images.sortedByBytes()
    }

    /// A file's name decides whether it is an image; a folder never is.
    private static func images(in folder: String) throws -> [String] {
        try namesInFolder(folder).filter { $0.utf8.first != UInt8(ascii: ".") }.flatMap { name in
            let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            if FileKind(at: path, followingLinks: false) == .folder { return try images(in: path) }
            return ImageFormat.fileExtensions.contains(name.fileExtension) && FileKind(at: path) != .folder
                ? [path] : []
        }
    }
}
