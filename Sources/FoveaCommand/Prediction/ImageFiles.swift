import FoveaData
import FoveaFoundation
import FoveaGraph

/// The files that inputs name: the inputs themselves, or the images in folders among them.
struct ImageFiles {
    let paths: [String]

    /// - Throws: ``FoveaError`` when a folder may not be read, or holds no image.
    init(_ inputs: [String]) throws {
        paths = try inputs.flatMap { input in
            guard FileKind(at: input) == .folder else { return [input] }
            let walk = ImageFileWalk(below: input.withoutTrailingSlashes)
            if let error = walk.unreadable.first { throw error }
            guard !walk.paths.isEmpty else {
                throw FoveaError(
                    .missingInput, "The folder \(quoted(input)) holds no image files.",
                    remedy: "Name the files, or a folder that has some.")
            }
            return walk.paths
        }
    }
}
