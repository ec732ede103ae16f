import FoveaFoundation
import FoveaGraph

/// An array of bytes in the format of MNIST's files: two zero bytes, the element type (8 for bytes), the number of
/// dimensions, each dimension as a big-endian 32-bit integer, and the elements. Plain, or packed with gzip.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits".
struct IDXFile {
    let dimensions: [Int]
    let bytes: [UInt8]

    /// The largest number of elements that is read: 4 GiB, or half of the machine's memory when that is less.
    private static let maximumByteCount = Int(min(1 << 32, ProcessInfo.processInfo.physicalMemory / 2))

    /// Reads a file that must have this many dimensions.
    ///
    /// - Throws: ``FoveaError`` that names the file when it cannot be read, is not in the format, has another number of
    ///   dimensions, or holds fewer or more bytes than its header says.
    init(path: String, rank: Int) throws {
        var file = try FileReader(path: path)
        let size = file.size
        do {
            let isPacked = try file.read(upTo: 2) == [0x1f, 0x8b]
            file.rewind()
            if isPacked {
                var unpacked = try GzipReader(file)
                try self.init(from: &unpacked, rank: rank) { declared in
                    // Deflate packs at most 1032 bytes into one.
                    declared / 1032 <= size ? nil : "cannot come out of this gzip file of \(size) bytes"
                }
            } else {
                try self.init(from: &file, rank: rank) { declared in
                    let held = size - 4 - 4 * rank
                    return declared == held ? nil : "but \(held) bytes follow it"
                }
            }
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: .file(path))
        }
    }

    /// - Parameter objection: the reason why this number of elements is impossible; nil for none.
    private init<Source: ByteSource & ~Copyable>(
        from source: inout Source, rank: Int, objection: (_ declared: Int) -> String?
    ) throws {
        var header = ByteCursor(try source.read(upTo: 4 + 4 * rank))
        let magic = (try header.byte("magic number"), try header.byte("magic number"))
        guard magic == (0, 0) else {
            throw FoveaError(
                .badData, "The file starts with the bytes \(magic.0) and \(magic.1); an IDX file starts with 0 and 0.",
                remedy: "Give one of the MNIST-style IDX files, plain or gzip.")
        }
        let type = try header.byte("element type (byte 2)")
        guard type == 8 else {
            throw FoveaError(
                .badData, "The element type at byte 2 is \(type), expected 8 (unsigned bytes).",
                remedy: "Convert the elements to unsigned bytes.")
        }
        let foundRank = try header.byte("number of dimensions (byte 3)")
        guard foundRank == rank else {
            throw FoveaError(
                .badData, "The number of dimensions at byte 3 is \(foundRank), expected \(rank).",
                remedy: "Image files have 3 dimensions, label files 1: check that they are not mixed up.")
        }
        let dimensions = try (0..<rank).map { axis in
            Int(try header.bigEndianUInt32("dimension \(axis) (byte \(4 + 4 * axis))"))
        }
        let text = dimensions.map(String.init).joined(separator: "×")
        guard let count = try? Shape(validating: dimensions).elementCount, count <= Self.maximumByteCount else {
            throw FoveaError(
                .badData,
                "The header (bytes 4 to \(4 + 4 * rank)) declares \(text) elements, more than is read at most "
                    + "(\(Self.maximumByteCount)).", remedy: "Check the file, or split it.")
        }
        guard count > 0 else {
            throw FoveaError(
                .badData, "The header (bytes 4 to \(4 + 4 * rank)) declares \(text) elements: the file has no items.",
                remedy: "Give a file with at least one item.")
        }
        if let objection = objection(count) {
            throw FoveaError(
                .badData, "The header declares \(text) = \(count) bytes, \(objection).",
                remedy: "Copy or download it again.")
        }
        try AvailableMemory.require(count, for: "its content")
        bytes = try source.read(upTo: count)
        guard bytes.count == count else {
            throw FoveaError(
                .badData, "The header declares \(text) = \(count) bytes, but only \(bytes.count) follow it.",
                remedy: "Copy or download it again.")
        }
        guard try source.read(upTo: 1).isEmpty else {
            throw FoveaError(
                .badData, "The header declares \(text) = \(count) bytes, but more follow it.",
                remedy: "Copy or download it again.")
        }
        self.dimensions = dimensions
    }
}
