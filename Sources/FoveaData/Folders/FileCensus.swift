/// The files that were found in a data set of image files: each is counted once, so that loaded and skipped ones add up to all.
public struct FileCensus: Hashable, Sendable {
    /// Files that are loaded as images.
    public var images = 0
    /// Images that cannot be read and are left out, as ``BadFiles`` says.
    public var unreadable = 0
    /// Files and folders that systems and programs leave behind, such as `.DS_Store`, `Thumbs.db` and `__MACOSX`; a folder
    /// counts once.
    public var systemFiles = 0
    /// Files whose names are not those of images, and images outside a class's folder; a folder beside the parts counts once.
    public var others = 0
    /// Links to folders, which are not followed: they may lead out of the folder, or back into it.
    public var linkedFolders = 0

    public init() {}

    /// All files and links to folders, and folders of the system.
    public var found: Int { images + skipped }

    /// All that is found and not loaded.
    public var skipped: Int { unreadable + systemFiles + others + linkedFolders }

    public static func + (left: FileCensus, right: FileCensus) -> FileCensus {
        var sum = left
        sum.images += right.images
        sum.unreadable += right.unreadable
        sum.systemFiles += right.systemFiles
        sum.others += right.others
        sum.linkedFolders += right.linkedFolders
        return sum
    }
}
