/// The size of what is at a path, following links; nil where there is nothing, or nothing that may be examined.
package func fileByteCount(at path: String) -> Int? {
    guard let name = path.systemName else { return nil }
    var status = stat()
    // Safe: the name is a C string for the length of the call, and the system fills the struct.
    guard unsafe stat(name, &status) == 0 else { return nil }
    return Int(status.st_size)
}
