import Synchronization

/// Makes `path` a file with these bytes: wholly, on the disk, or not at all.
///
/// - Throws: ``FoveaError`` naming the file and the system's reason; an existing file is then unchanged.
package func replaceFile(at path: String, with bytes: [UInt8]) throws {
    try replaceFile(at: path) { file in try file.write(bytes) }
}

/// Makes `path` a file with the output of `write`: wholly, on the disk, or not at all.
///
/// The order is the one that survives a power cut: write a new file beside it, wait until it is on the disk, rename it,
/// wait until the folder is on the disk. (Foundation's atomic writes omit the last step, and where renaming fails they
/// overwrite in place.)
package func replaceFile(at path: String, write: (borrowing File) throws -> Void) throws {
    let target = try replaceableTarget(path)
    let folder = parentFolder(of: target.path)
    let temporary = "\(folder)/.fovea-\(getpid())-\(nextTemporaryNumber()).tmp"
    let refusal = { (reason: CInt) in creationFailure(path, reason) }

    let file = try File(temporary, name: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, refusal: refusal)
    do {
        if let permissions = target.permissions { try file.setPermissions(permissions) }
        try write(file)
        try file.synchronize()
        try moveFile(at: temporary, to: target.path, refusal: refusal)
    } catch {
        // The original error is the one to report.
        removeFile(temporary)
        throw error
    }
    try synchronizeFolder(folder)
}

/// The target of a replacement of `path`, with the permissions to keep where a file exists already.
///
/// A rename would turn a link into a file and, for an administrator, a device such as `/dev/null` too: links are
/// followed, and only regular files are replaced.
private func replaceableTarget(_ path: String) throws -> (path: String, permissions: mode_t?) {
    let refusal = { (reason: CInt) in creationFailure(path, reason) }
    guard let name = path.systemName else { throw refusal(EINVAL) }
    var status = stat()
    // Safe: the name is a C string for the length of the call, and the system fills the struct.
    guard unsafe lstat(name, &status) == 0 else {
        guard errno == ENOENT else { throw refusal(errno) }
        return (path, nil)
    }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
        // Safe: the system allocates the string, which is copied and freed here.
        guard let resolved = unsafe realpath(name, nil) else { throw refusal(errno) }
        defer { unsafe free(resolved) }
        target = unsafe String(systemName: resolved)
        guard unsafe lstat(resolved, &status) == 0 else { throw refusal(errno) }
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw FoveaError(
            .cannotCreate, "Cannot create \(quoted(path)): something that is not a regular file has that name.",
            remedy: "Choose another name.")
    }
    return (target, status.st_mode & 0o777)
}

package func creationFailure(_ path: String, _ reason: CInt) -> FoveaError {
    systemError(.cannotCreate, "Cannot create \(quoted(path))", reason)
}

/// Numbers temporary files, so that two threads never share one.
private let temporaryCount = Atomic<Int>(0)

private func nextTemporaryNumber() -> Int { temporaryCount.add(1, ordering: .relaxed).newValue }
