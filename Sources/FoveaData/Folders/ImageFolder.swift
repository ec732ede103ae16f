import FoveaFoundation
import FoveaGraph

/// A folder with a folder of images for each class, or with `train`, `val` and `test` folders of those.
///
/// The classes are the names of the folders, in the order of their bytes; their images lie at any depth. A file's name decides
/// whether it is an image; its content decides the format, when it is decoded.
struct ImageFolder {
    private let path: String
    private let limits: ImageLimits
    /// The folders in it that may be classes or parts, in the order of their bytes.
    private let folders: [String]
    /// What lies beside them.
    private let besides: FileCensus

    /// The names of the folders of the parts.
    private struct Parts {
        var training: String?
        var validation: String?
        var test: String?
    }

    /// Nil when there is no folder in it.
    ///
    /// - Parameter limits: the largest image that is decoded.
    /// - Throws: ``FoveaError`` when the folder may not be read.
    init?(path: String, limits: ImageLimits = .standard) throws {
        self.path = path.withoutTrailingSlashes
        self.limits = limits
        let content = try Content(of: self.path)
        guard !content.folders.isEmpty else { return nil }
        folders = content.folders
        var besides = content.census
        besides.others += content.images.count
        self.besides = besides
    }

    /// - Throws: ``FoveaError`` that names the folder when it has a single class or one without images, or when a part has
    ///   a class that the training part lacks.
    func load() throws -> DataSplits {
        let parts = try parts
        guard let training = parts.training else {
            let source = try part(path, folders, classNames: folders, census: besides)
            return DataSplits(training: source, files: source.census)
        }
        let classNames = try content(ofPart: training).folders
        func load(_ name: String) throws -> ImageFolderSource {
            try part(named: name, classNames: classNames, of: training)
        }
        let source = try load(training)
        let (validation, test) = (try parts.validation.map(load), try parts.test.map(load))
        let sources = [source, validation, test].compactMap(\.self)
        var files = sources.map(\.census).reduce(besides, +)
        files.others += folders.count - sources.count
        return DataSplits(training: source, validation: validation, test: test, files: files)
    }

    private func content(ofPart name: String) throws -> Content {
        let content = try Content(of: "\(path)/\(name)")
        guard !content.folders.isEmpty else {
            throw FoveaError(
                .badData, "The folder \(quoted("\(path)/\(name)")) has no class folders.",
                remedy: "Put a folder of images for each class into it.")
        }
        return content
    }

    /// - Parameter training: the name of the part whose classes these are.
    private func part(named name: String, classNames: [String], of training: String) throws -> ImageFolderSource {
        let found = try content(ofPart: name)
        let unknown = found.folders.filter { !classNames.contains($0) }
        guard unknown.isEmpty else {
            let nearest = unknown.compactMap { nearestName(to: $0, among: classNames) }.first
            throw FoveaError(
                .badData,
                "\(quoted("\(path)/\(name)")) has the class \(unknown.map(quoted).joined(separator: ", ")), which "
                    + "\(quoted("\(path)/\(training)")) lacks.",
                remedy: nearest.map { "Did you mean \(quoted($0))? All parts have the same classes." }
                    ?? "Give all parts the same class folders.")
        }
        var census = found.census
        census.others += found.images.count
        return try part("\(path)/\(name)", found.folders, classNames: classNames, census: census)
    }

    /// The names of the parts' folders; none where the folders are classes.
    private var parts: Parts {
        get throws {
            let training = try folder(named: ["train", "training"])
            // `val` and `test` beside other folders may be classes.
            if training == nil { return Parts() }
            return Parts(
                training: training, validation: try folder(named: ["val", "valid", "validation"]),
                test: try folder(named: ["test"]))
        }
    }

    /// The folder that has one of these names, in any case.
    private func folder(named names: Set<String>) throws -> String? {
        let found = folders.filter { names.contains($0.lowercased()) }
        guard found.count < 2 else {
            throw FoveaError(
                .badData,
                "\(quoted(path)) has \(found.map(quoted).joined(separator: " and ")), which name the same part.",
                remedy: "Leave one of them.")
        }
        return found.first
    }

    /// The images of a part.
    private func part(
        _ folder: String, _ classFolders: [String], classNames: [String], census: FileCensus
    ) throws -> ImageFolderSource {
        guard classNames.count > 1 else {
            throw FoveaError(
                .badData, "\(quoted(folder)) has a single class folder, \(quoted(classNames[0])).",
                remedy: "A classifier needs at least two: put the images of each class into a folder of its own.")
        }
        var census = census
        var files: [ImageFolderSource.File] = []
        for name in classFolders {
            guard let label = classNames.firstIndex(of: name) else { continue }
            let (found, counted) = try Self.images(below: "\(folder)/\(name)")
            guard !found.isEmpty else {
                throw FoveaError(
                    .badData, "The class folder \(quoted("\(folder)/\(name)")) has no images.",
                    remedy: "Put images into it, or remove it.")
            }
            files += found.map { ImageFolderSource.File(path: $0, label: Int32(label)) }
            census = census + counted
        }
        census.images = files.count
        return try ImageFolderSource(
            files, classNames: classNames, name: folderName(folder), root: folder, census: census, limits: limits)
    }

    /// The images in a folder and in the folders below it, in the order of their paths' bytes.
    private static func images(below folder: String) throws -> (paths: [String], census: FileCensus) {
        var (paths, census): ([String], FileCensus) = ([], FileCensus())
        // A list instead of recursion: folders may be nested deeply.
        var open = [folder]
        while let next = open.popLast() {
            let content = try Content(of: next)
            paths += content.images.map { "\(next)/\($0)" }
            census = census + content.census
            open += content.folders.map { "\(next)/\($0)" }
        }
        return (paths.sortedByBytes(), census)
    }

    /// What lies in one folder, in the order of the names' bytes.
    private struct Content {
        var folders: [String] = []
        /// Not counted in the census.
        var images: [String] = []
        var census = FileCensus()

        init(of folder: String) throws {
            for name in try namesInFolder(folder) {
                let path = "\(folder)/\(name)"
                let kind = FileKind(at: path, followingLinks: false)
                if Self.isOfSystem(name) {
                    census.systemFiles += 1
                } else if kind == .folder {
                    folders.append(name)
                } else if kind == .link, FileKind(at: path) == .folder {
                    census.linkedFolders += 1
                } else if ImageFormat.fileExtensions.contains(name.fileExtension) {
                    images.append(name)
                } else {
                    census.others += 1
                }
            }
        }

        private static func isOfSystem(_ name: String) -> Bool {
            name.utf8.first == UInt8(ascii: ".")
                || ["__macosx", "thumbs.db", "desktop.ini"].contains(name.lowercased())
        }
    }
}
