import FoveaData
import FoveaFoundation

/// What has been received of a file: `NAME.part` beside its place, with the server's ETag in `NAME.part.etag`, so that a
/// later command goes on from there.
struct PartialFile {
    let path: String
    private let target: String

    init(of target: String) { (self.target, path) = (target, target + ".part") }

    private var etagPath: String { path + ".etag" }

    var byteCount: Int { FileKind(at: path, followingLinks: false) == .regularFile ? fileByteCount(at: path) ?? 0 : 0 }

    /// The ETag that the server had for the file.
    var etag: String? {
        guard let bytes = try? readFile(at: etagPath, limit: 1000), !bytes.isEmpty else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Opens the file to add to it.
    func adding() throws -> File {
        try File(path, flags: O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW) { creationFailure(path, $0) }
    }

    /// Opens the file anew, empty.
    func emptied(etag: String?) throws -> File {
        if let etag { try replaceFile(at: etagPath, with: Array(etag.utf8)) } else { removeFile(etagPath) }
        return try File(path, flags: O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW) { creationFailure(path, $0) }
    }

    func remove() {
        removeFile(path)
        removeFile(etagPath)
    }

    /// Gives the file its name, once its content is on the disk.
    func finish() throws {
        try synchronize(path)
        try moveFile(at: path, to: target)
        try synchronizeFolder(parentFolder(of: target))
        removeFile(etagPath)
    }
}

/// Removes a file that Fovea made, if it is there.
func removeFile(_ path: String) {
    // Safe: the name is a C string for the length of the call.
    if let name = path.systemName { unsafe unlink(name) }
}

/// Renames a file or folder; a file of the new name is replaced, and an empty folder.
func moveFile(at path: String, to target: String) throws {
    guard let from = path.systemName, let to = target.systemName else { throw creationFailure(target, EINVAL) }
    // Safe: both names are C strings for the length of the call.
    guard unsafe rename(from, to) == 0 else { throw creationFailure(target, errno) }
}

/// Waits until the content of a file is on the disk.
private func synchronize(_ path: String) throws {
    guard let name = path.systemName else { throw creationFailure(path, EINVAL) }
    // Safe: the name is a C string for the length of the call.
    let descriptor = unsafe open(name, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw creationFailure(path, errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw systemError(.inputOutput, "Cannot write \(quoted(path))", errno) }
}
