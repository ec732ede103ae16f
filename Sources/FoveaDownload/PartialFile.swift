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
        try File(reading: path).synchronize()
        try moveFile(at: path, to: target)
        try synchronizeFolder(parentFolder(of: target))
        removeFile(etagPath)
    }
}
