import FoveaFoundation
import FoveaGraph

/// The size of a file in bytes, once its header has said that it is an image that can be decoded. No pixel is decoded, and
/// little is read.
///
/// - Throws: ``FoveaError`` that names the file when it is missing, not a regular file, of another kind, too large, or ends
///   within its header.
func imageFileSize(checking path: String, limits: ImageLimits) throws -> Int {
    var bytes = try BytesOfFile(path, limit: ImageLimits.fileByteCount)
    do {
        _ = try ImageHeader(reading: &bytes, limits: limits)
    } catch let error as FoveaError {
        throw error.located(at: .file(path))
    }
    return bytes.count
}
