/// Adds a line to the end of a text file, which is created if missing, and waits until it is on the disk.
///
/// - Throws: ``FoveaError`` when that fails; a partial line is then removed.
package func appendLine(_ line: String, to path: String) throws {
    let file = try File(path, flags: O_WRONLY | O_CREAT | O_APPEND) { creationFailure(path, $0) }
    let size = try file.regularFileSize()
    do {
        try file.write(Array("\(line)\n".utf8))
        try file.synchronize()
    } catch {
        try? file.truncate(to: size)  // Best effort: the original error is the one to report.
        throw error
    }
}
