import FoveaFoundation

/// What lies in one folder, in the order of the names' bytes.
///
/// A file's name decides whether it is an image; its content decides the format, when it is decoded. Links to files are
/// followed, wherever they lead: people keep photographs on other disks. Links to folders are not.
struct FolderContent {
    var folders: [String] = []
    /// Not counted in the census.
    var images: [String] = []
    var census = FileCensus()
    /// The names of what is counted in the census.
    var ignored: [String] = []

    /// - Throws: ``FoveaError`` when the folder may not be read.
    init(of folder: String) throws {
        for name in try namesInFolder(folder) {
            let path = path(of: name, in: folder)
            let kind = FileKind(at: path, followingLinks: false)
            if Self.isOfSystem(name) {
                census.systemFiles += 1
            } else if kind == .folder {
                folders.append(name)
                continue
            } else if kind == .link, FileKind(at: path) == .folder {
                census.linkedFolders += 1
            } else if ImageFormat.fileExtensions.contains(name.fileExtension) {
                images.append(name)
                continue
            } else {
                census.others += 1
            }
            ignored.append(name)
        }
    }

    private static func isOfSystem(_ name: String) -> Bool {
        name.utf8.first == UInt8(ascii: ".") || ["__macosx", "thumbs.db", "desktop.ini"].contains(name.lowercased())
    }
}
