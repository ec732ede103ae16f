/// What there is at a path.
package enum FileKind {
    case folder
    /// A file, or anything else that is no folder.
    case other

    /// Nil where there is nothing, or nothing that may be looked at. Links are followed.
    package init?(at path: String) {
        var status = stat()
        // Safe: the path is a C string for the length of the call, and the status outlives it.
        guard unsafe stat(path, &status) == 0 else { return nil }
        self = status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
    }
}
