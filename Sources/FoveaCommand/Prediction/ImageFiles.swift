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
        let found: [String]
        do {
            found = try FileManager.default.subpathsOfDirectory(atPath: input)
        } catch {
            throw FoveaError(
                .inputOutput, "The folder \(quoted(input)) cannot be read.", remedy: "Check its permissions.")
        }
        let images = found.filter { path in
            extensions.contains(URL(filePath: path).pathExtension.lowercased())
                && !path.split(separator: "/").contains { $0.hasPrefix(".") }
        }
        guard !images.isEmpty else {
            throw FoveaError(
                .missingInput, "The folder \(quoted(input)) holds no PNG or JPEG files.",
                remedy: "Name the files, or a folder that has some.")
        }
        let folder = input.hasSuffix("/") ? String(input.dropLast()) : input
        return images.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { "\(folder)/\($0)" }
    }
}
