import FoveaFoundation
package import FoveaGraph

/// The images in a folder and in the folders below it.
package struct ImageFileWalk {
    /// In the order of the paths' bytes.
    package let paths: [String]
    /// What else was found; the images are not counted.
    package let census: FileCensus
    /// The folders that may not be read.
    package let unreadable: [FoveaError]

    package init(below folder: String) {
        var (paths, census, unreadable): ([String], FileCensus, [FoveaError]) = ([], FileCensus(), [])
        // A list instead of recursion: folders may be nested deeply.
        var open = [folder]
        while let next = open.popLast() {
            do {
                let content = try FolderContent(of: next)
                paths += content.images.map { path(of: $0, in: next) }
                census = census + content.census
                open += content.folders.map { path(of: $0, in: next) }
            } catch {
                unreadable.append(error as? FoveaError ?? FoveaError(.inputOutput, "\(error)", at: .file(next)))
            }
        }
        (self.paths, self.census, self.unreadable) = (paths.sortedByBytes(), census, unreadable)
    }
}
