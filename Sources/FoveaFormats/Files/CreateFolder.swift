import FoveaFoundation
import FoveaGraph

/// Creates a folder that must not exist yet, and the folders above it where they are missing.
///
/// - Returns: false when something has that name already.
/// - Throws: ``FoveaError`` when it cannot be created.
package func createFolder(at path: String) throws -> Bool {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    guard !path.isEmpty, !path.utf8.contains(0) else {
        throw creationFailure(path, EINVAL)
    }
    switch makeFolder(path) {
    case 0: return true
    case EEXIST: return false
    case ENOENT where parentFolder(of: path) != path:
        // Somebody else may have created the parent meanwhile: that is as good.
        _ = try createFolder(at: parentFolder(of: path))
        let reason = makeFolder(path)
        if reason == EEXIST { return false }
        guard reason == 0 else { throw creationFailure(path, reason) }
        return true
    case let reason:
        throw creationFailure(path, reason)
    }
}

/// 0, or the system's reason for not creating the folder.
private func makeFolder(_ path: String) -> CInt {
    // Safe: the path is a zero-terminated string for the length of the call.
    unsafe mkdir(path, 0o777) == 0 ? 0 : errno
}
