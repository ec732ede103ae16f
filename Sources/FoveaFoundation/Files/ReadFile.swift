/// The bytes of a regular file.
///
/// Reads, never maps: a mapped file that shrinks kills the process. Folders, pipes and devices are refused without
/// waiting for them.
///
/// - Parameter limit: the largest size in bytes that is read.
/// - Throws: ``FoveaError`` when there is no such file, when it is larger than `limit`, or when reading fails.
package func readFile(at path: String, limit: Int) throws -> [UInt8] {
    let file = try File(reading: path)
    let size = try file.size(upTo: limit)
    // Safe: `read` fills the whole capacity or throws.
    return try unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        count = size
    }
}

extension File {
    /// The size in bytes of a regular file that is no larger than makes sense.
    ///
    /// - Throws: ``FoveaError`` when it is larger than `limit`, or no regular file.
    package func size(upTo limit: Int) throws -> Int {
        let size = try regularFileSize()
        guard size <= limit else {
            throw FoveaError(
                .badData, "\(quoted(name)) has \(size) bytes; at most \(limit) make sense here.",
                remedy: "Check that it is the right file.")
        }
        return size
    }
}
