import FoveaFoundation
package import FoveaGraph

/// The images in a folder and in the folders below it.
package struct ImageFileWalk {
    /// In the order of the paths' bytes.
    package let paths: [String]
    /// What else was found; the images are not counted.
    package let census: FileCensus
    /// The paths of what the census counts.
    package let ignored: [String]
    /// The folders that may not be read.
    package let unreadable: [FoveaError]

    package init(below folder: String) {
        var (paths, census, ignored): ([String], FileCensus, [String]) = ([], FileCensus(), [])
        var unreadable: [FoveaError] = []
        // A list instead of recursion: folders may be nested deeply.
        var open = [folder]
        while let next = open.popLast() {
            do {
                let content = try FolderContent(of: next)
                paths += content.images.map { path(of: $0, in: next) }
                census = census + content.census
                ignored += content.ignored.map { path(of: $0, in: next) }
                open += content.folders.map { path(of: $0, in: next) }
            } catch {
                unreadable.append(error as? FoveaError ?? FoveaError(.inputOutput, "\(error)", at: .file(next)))
            }
        }
        (self.paths, self.ignored) = (paths.sortedByBytes(), ignored.sortedByBytes())
        (self.census, self.unreadable) = (census, unreadable)
    }
}
