import FoveaFoundation
import FoveaGraph
import Synchronization

/// Makes `path` a file with these bytes: wholly, on the disk, or not at all.
///
/// - Throws: ``FoveaError`` naming the file and the system's reason; what was at `path` before is then untouched.
package func replaceFile(at path: String, with bytes: [UInt8]) throws {
    try replaceFile(at: path) { file in try file.write(bytes) }
}

/// Makes `path` a file with what `write` writes: wholly, on the disk, or not at all.
///
/// The order is the one that survives a power cut: write a new file beside it, wait until it is on the disk, rename it,
/// wait until the folder is on the disk. (Foundation's atomic writes leave out the last step, and where renaming fails
/// they overwrite in place.)
func replaceFile(at path: String, write: (borrowing OpenFile) throws -> Void) throws {
    let target = try replaceableTarget(path)
    let folder = parentFolder(of: target.path)
    let temporary = "\(folder)/.fovea-\(getpid())-\(nextTemporaryNumber()).tmp"
    let refusal = { (reason: CInt) in creationFailure(path, reason) }

    let file = try OpenFile(temporary, name: path, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, refusal: refusal)
    do {
        if let permissions = target.permissions { try file.setPermissions(permissions) }
        try write(file)
        try file.synchronize()
        // Safe: both paths are zero-terminated strings for the length of the call.
        _ = try retryingInterrupted {
            unsafe rename(temporary, target.path)
        } orThrow: {
            refusal($0)
        }
    } catch {
        unsafe unlink(temporary)  // Safe: as above. The error that led here is the one to tell.
        throw error
    }
    try synchronizeFolder(folder)
}

/// Waits until the names in a folder are on the disk.
func synchronizeFolder(_ folder: String) throws {
    let handle = try OpenFile(folder, flags: O_RDONLY | O_DIRECTORY) {
        systemError(.inputOutput, "Cannot open the folder \(quoted(folder))", $0)
    }
    try handle.synchronize()
}

func parentFolder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Where a replacement of `path` goes, with the permissions to keep where a file is there already.
///
/// A rename would turn a link into a file and, for an administrator, a device such as `/dev/null` too: links are
/// followed, and only regular files are replaced.
private func replaceableTarget(_ path: String) throws -> (path: String, permissions: mode_t?) {
    let refusal = { (reason: CInt) in creationFailure(path, reason) }
    guard !path.isEmpty, !path.utf8.contains(0) else { throw refusal(EINVAL) }

    var status = stat()
    // Safe: the path is a zero-terminated string and the system fills the struct.
    guard unsafe lstat(path, &status) == 0 else {
        guard errno == ENOENT else { throw refusal(errno) }
        return (path, nil)
    }
    var target = path
    if status.st_mode & S_IFMT == S_IFLNK {
        // Safe: the system allocates the string, which is copied and freed here.
        guard let resolved = unsafe realpath(path, nil) else { throw refusal(errno) }
        defer { unsafe free(resolved) }
        target = unsafe String(cString: resolved)
        guard unsafe lstat(target, &status) == 0 else { throw refusal(errno) }
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
        throw FoveaError(
            .cannotCreate, "Cannot create \(quoted(path)): something that is not a regular file has that name.",
            remedy: "Choose another name.")
    }
    return (target, status.st_mode & 0o777)
}

func creationFailure(_ path: String, _ reason: CInt) -> FoveaError {
    systemError(.cannotCreate, "Cannot create \(quoted(path))", reason)
}

/// Numbers temporary files, so that two threads never share one.
private let temporaryCount = Atomic<Int>(0)

private func nextTemporaryNumber() -> Int { temporaryCount.add(1, ordering: .relaxed).newValue }
