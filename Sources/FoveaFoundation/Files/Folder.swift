/// The names in a folder, in the order of their bytes, without the folder itself and the one above it.
///
/// - Throws: ``FoveaError`` when there is no such folder, or it may not be read.
package func namesInFolder(_ path: String) throws -> [String] {
    guard let name = path.systemName, let folder = unsafe opendir(name) else {
        throw systemError(
            .missingInput, "Cannot read the folder \(quoted(path))", path.systemName == nil ? EINVAL : errno)
    }
    // Safe: the stream is open until here and used nowhere else.
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while true {
        errno = 0
        guard let entry = unsafe readdir(folder) else { break }
        guard let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) else { break }
        // Safe: the name is a C string within the entry, which lives until the next is read, and is copied at once.
        // (The field's whole array would reach beyond a short entry.)
        let start = unsafe UnsafeRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
        let name = unsafe String(systemName: start)
        if name != ".", name != ".." { names.append(name) }
    }
    if errno != 0 { throw systemError(.inputOutput, "Cannot read the folder \(quoted(path))", errno) }
    return names.sortedByBytes()
}

extension [String] {
    /// In the order of the bytes that the names have for the system.
    package func sortedByBytes() -> [String] {
        map { (bytes: $0.systemBytes, name: $0) }.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.map(\.name)
    }
}

/// Creates a folder that must not exist yet, and the folders above it where they are missing.
///
/// - Returns: false when something of that name exists already.
/// - Throws: ``FoveaError`` when it cannot be created.
package func createFolder(at path: String) throws -> Bool {
    let path = path.withoutTrailingSlashes
    switch makeFolder(path) {
    case 0: return true
    case EEXIST: return false
    case ENOENT where parentFolder(of: path) != path:
        // Another process may have created the parent meanwhile: that is as good.
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
    guard let name = path.systemName else { return EINVAL }
    // Safe: the name is a C string for the length of the call.
    return unsafe mkdir(name, 0o777) == 0 ? 0 : errno
}

/// Removes a folder and its contents; links are removed, not followed. Anything that cannot be removed stays.
package func removeFolder(_ path: String) {
    for name in (try? namesInFolder(path)) ?? [] {
        let child = "\(path)/\(name)"
        if FileKind(at: child, followingLinks: false) == .folder {
            removeFolder(child)
        } else if let name = child.systemName {
            unsafe unlink(name)  // Safe: the name is a C string for the length of the call.
        }
    }
    if let name = path.systemName {
        unsafe rmdir(name)  // Safe: as above.
    }
}

/// Waits until the names in a folder are on the disk.
package func synchronizeFolder(_ path: String) throws {
    let folder = try File(path, flags: O_RDONLY | O_DIRECTORY) {
        systemError(.inputOutput, "Cannot open the folder \(quoted(path))", $0)
    }
    try folder.synchronize()
}
