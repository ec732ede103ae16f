/// Renames a file or folder; a file of the new name is replaced, and an empty folder.
///
/// - Parameter refusal: the caller's error for a failure; by default that the target cannot be created.
package func moveFile(at path: String, to target: String, refusal: ((CInt) -> FoveaError)? = nil) throws {
    let refusal = refusal ?? { creationFailure(target, $0) }
    guard let from = path.systemName, let to = target.systemName else { throw refusal(EINVAL) }
    // Safe: both names are C strings for the length of the call.
    _ = try retryingInterrupted {
        unsafe rename(from, to)
    } orThrow: {
        refusal($0)
    }
}

/// Removes a file that Fovea made, if it is there.
package func removeFile(_ path: String) {
    // Safe: the name is a C string for the length of the call.
    if let name = path.systemName { unsafe unlink(name) }
}
