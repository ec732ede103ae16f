/// The kind of object at a path.
package enum FileKind: Hashable, Sendable {
    case folder
    case regularFile
    /// A link, where links are not followed.
    case link
    /// A pipe, a socket or a device.
    case other

    /// Nil where there is nothing, or nothing that may be examined.
    package init?(at path: String, followingLinks: Bool = true) {
        guard let name = path.systemName else { return nil }
        var status = stat()
        // Safe: the name is a C string for the length of the call, and the system fills the struct.
        guard unsafe (followingLinks ? stat(name, &status) : lstat(name, &status)) == 0 else { return nil }
        self.init(mode: status.st_mode)
    }

    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFDIR: self = .folder
        case S_IFREG: self = .regularFile
        case S_IFLNK: self = .link
        default: self = .other
        }
    }
}
