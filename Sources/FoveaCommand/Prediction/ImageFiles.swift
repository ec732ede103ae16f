import FoveaFoundation
import FoveaFormats
import FoveaGraph

/// The files that inputs name: themselves, or the images in the folders that they are.
struct ImageFiles {
    let paths: [String]

    /// In a folder, what has one of these endings is an image.
    private static let extensions: Set = ["png", "jpg", "jpeg"]

    /// - Throws: ``FoveaError`` when a folder holds no image.
    init(_ inputs: [String]) throws {
        paths = try inputs.flatMap { try Self.files($0) }
    }

    /// The files in byte order of their paths; hidden ones are left out, links to folders not followed.
    private static func files(_ input: String) throws -> [String] {
        guard FileKind(at: input) == .folder else { return [input] }
        let images = try images(in: input.withoutTrailingSlashes)
        guard !images.isEmpty else {
            throw FoveaError(
                .missingInput, "The folder \(quoted(input)) holds no PNG or JPEG files.",
                remedy: "Name the files, or a folder that has some.")
        }
        return images.sorted { $0.systemBytes.lexicographicallyPrecedes($1.systemBytes) }
    }

    /// What a file is called decides whether it is an image; a folder never is one.
    private static func images(in folder: String) throws -> [String] {
        try namesInFolder(folder).filter { $0.utf8.first != UInt8(ascii: ".") }.flatMap { name in
            let path = folder == "/" ? "/\(name)" : "\(folder)/\(name)"
            if FileKind(at: path, followingLinks: false) == .folder { return try images(in: path) }
            return extensions.contains(name.fileExtension) && FileKind(at: path) != .folder ? [path] : []
        }
    }
}
