import FoveaFoundation
import FoveaGraph

/// A folder with a folder of images for each class, or with `train`, `val` and `test` folders of those, as it is found:
/// nothing is refused yet. Images of a class lie at any depth.
struct ImageFolder {
    /// A folder of a class.
    struct ClassFolder {
        let name: String
        let path: String
        /// In the order of the paths' bytes.
        let images: [String]
    }

    /// A part with its classes, in the order of their bytes.
    struct Part {
        let part: DataPart
        let path: String
        let classes: [ClassFolder]

        var classNames: [String] { classes.map(\.name) }
    }

    let path: String
    /// The training part first. A folder of class folders is a training part.
    let parts: [Part]
    /// What else was found; the images are not counted.
    let census: FileCensus
    /// The paths of all else that was found.
    let ignored: [String]
    /// The folders that may not be read.
    let unreadable: [FoveaError]

    /// Nil when there is no folder in it.
    ///
    /// - Throws: ``FoveaError`` when the folder may not be read, or two of its folders name the same part.
    init?(path: String) throws {
        let path = path.withoutTrailingSlashes
        self.path = path
        let content = try FolderContent(of: path)
        guard !content.folders.isEmpty else { return nil }
        var (census, unreadable): (FileCensus, [FoveaError]) = (content.census, [])
        census.others += content.images.count
        var ignored = (content.ignored + content.images).map { FoveaFoundation.path(of: $0, in: path) }

        func classes(_ folders: [String], in parent: String) -> [ClassFolder] {
            folders.map { name in
                let folder = FoveaFoundation.path(of: name, in: parent)
                let walk = ImageFileWalk(below: folder)
                census = census + walk.census
                ignored += walk.ignored
                unreadable += walk.unreadable
                return ClassFolder(name: name, path: folder, images: walk.paths)
            }
        }

        let folders = try Self.foldersOfParts(among: content.folders, in: path)
        guard folders[.training] != nil else {
            // `val` and `test` beside other folders may be classes.
            parts = [Part(part: .training, path: path, classes: classes(content.folders, in: path))]
            (self.census, self.ignored, self.unreadable) = (census, ignored, unreadable)
            return
        }
        var parts: [Part] = []
        for part in DataPart.allCases {
            guard let name = folders[part] else { continue }
            let folder = FoveaFoundation.path(of: name, in: path)
            let content = try FolderContent(of: folder)
            census = census + content.census
            census.others += content.images.count
            ignored += (content.ignored + content.images).map { FoveaFoundation.path(of: $0, in: folder) }
            parts.append(Part(part: part, path: folder, classes: classes(content.folders, in: folder)))
        }
        let others = content.folders.filter { !folders.values.contains($0) }
        census.others += others.count
        ignored += others.map { FoveaFoundation.path(of: $0, in: path) }
        (self.parts, self.census, self.ignored, self.unreadable) = (parts, census, ignored, unreadable)
    }

    private static func foldersOfParts(among folders: [String], in path: String) throws -> [DataPart: String] {
        try Dictionary(grouping: folders.filter { DataPart(named: $0) != nil }) { DataPart(named: $0) ?? .training }
            .mapValues { names in
                guard names.count == 1, let name = names.first else {
                    throw FoveaError(
                        .badData,
                        "\(quoted(path)) has \(names.map(quoted).joined(separator: " and ")), which name the same part.",
                        remedy: "Leave one of them.")
                }
                return name
            }
    }
}
