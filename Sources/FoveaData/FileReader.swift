import FoveaFoundation

/// A regular file that is read from front to end.
package struct FileReader: ~Copyable, ByteSource {
    /// The file's size in bytes when it was opened.
    package let size: Int
    private let file: File
    private var offset = 0

    /// - Throws: ``FoveaError`` when there is no such file, when it is not a regular file, or when it cannot be opened.
    package init(path: String) throws {
        let file = try File(reading: path)
        size = try file.regularFileSize()
        self.file = file
    }

    /// Starts again at the first byte.
    package mutating func rewind() { offset = 0 }

    package mutating func read(upTo count: Int) throws -> [UInt8] {
        // No more memory is allocated than the file can fill.
        let bytes = try file.read(upTo: min(count, max(0, size - offset) + 1), at: offset)
        offset += bytes.count
        return bytes
    }
}
