import FoveaFoundation
import FoveaGraph
public import OrderedCollections

/// A safetensors file whose header has been read and checked, and whose tensors are read on demand.
public struct SafetensorsFile: Sendable {
    /// The tensors by name, in the order of the header.
    public let tensors: OrderedDictionary<String, StoredTensor>
    /// Free text that travels with the tensors.
    public let metadata: [String: String]

    /// A file may hold tensors of all of the format's element types. Those that a ``DataType`` has are read as they
    /// are, others as the next larger type that holds their elements exactly; those of less than 8 bits and complex
    /// ones are not read.
    ///
    /// - Throws: ``FoveaError`` when the file does not exist, cannot be read, or is damaged: truncated, too long, with
    ///   holes or overlaps, duplicate names, sizes that do not fit the shapes, or unknown element types.
    public init(at path: String) throws {
        let file = SharedFile(file: try File(reading: path), path: path)
        let fileSize = try file.file.regularFileSize()
        (tensors, metadata) = try file.locatingErrors { open in
            let headerSize = try Self.headerSize(of: open, fileSize: fileSize)
            // Safe: `read` fills the whole capacity or throws.
            let text = try unsafe [UInt8](unsafeUninitializedCapacity: headerSize) { buffer, count in
                unsafe try open.read(into: UnsafeMutableRawBufferPointer(buffer), at: 8)
                count = headerSize
            }
            let header: SafetensorsHeader
            do {
                header = try SafetensorsHeader(parsing: text, dataByteCount: fileSize - 8 - headerSize)
            } catch let error as FoveaError {
                throw error.counted(fromByte: 8)
            }
            let tensors = header.entries.mapValues { entry in
                StoredTensor(entry, of: file, at: 8 + headerSize + entry.bytes.lowerBound)
            }
            return (tensors, header.metadata)
        }
    }

    /// The tensor of a name; nil where there is none.
    public func tensor(named name: String) -> StoredTensor? { tensors[name] }

    private static func headerSize(of file: borrowing File, fileSize: Int) throws -> Int {
        guard fileSize >= 8 else {
            throw FoveaError(
                .badData, "It has \(fileSize) bytes; a safetensors file has at least 8.",
                remedy: "Check that the file is whole.")
        }
        var size: UInt64 = 0
        // Safe: the eight bytes of an integer may hold anything.
        try unsafe withUnsafeMutableBytes(of: &size) { unsafe try file.read(into: $0, at: 0) }
        guard let size = Int(exactly: size), size <= min(SafetensorsHeader.maximumByteCount, fileSize - 8) else {
            throw FoveaError(
                .badData, "It states a header of \(size) bytes, which a file of \(fileSize) bytes cannot have.",
                remedy: "Check that it is a safetensors file, and whole.")
        }
        return size
    }
}

/// An open file that several tensors read: closed when the last of them is gone.
final class SharedFile: Sendable {
    let file: File
    let path: String

    init(file: consuming File, path: String) {
        self.file = file
        self.path = path
    }

    /// Names the file in errors about its contents.
    func locatingErrors<Result>(_ body: (borrowing File) throws -> Result) throws -> Result {
        do {
            return try body(file)
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: .file(path))
        }
    }
}
