import FoveaFoundation
public import FoveaGraph
public import OrderedCollections

/// A safetensors file whose header has been read and checked, and whose tensors are read when they are needed.
public struct SafetensorsFile: Sendable {
    /// The tensors by name, in the order of the header.
    public let tensors: OrderedDictionary<String, StoredTensor>
    /// Free text that travels with the tensors.
    public let metadata: [String: String]

    /// Element types F64, F32, I64, I32 and U8 are read as they are; F16 and BF16 become `float32`, exactly.
    ///
    /// - Throws: ``FoveaError`` when the file does not exist, cannot be read, or is not sound: truncated, too long, with
    ///   holes or overlaps, duplicate names, sizes that do not fit the shapes, or other element types.
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
                StoredTensor(entry: entry, file: file, offset: 8 + headerSize + entry.bytes.lowerBound)
            }
            return (tensors, header.metadata)
        }
    }

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

/// A tensor of a safetensors file: its type, and where its elements are.
public struct StoredTensor: TensorSource {
    fileprivate let entry: SafetensorsHeader.Entry
    fileprivate let file: SharedFile
    fileprivate let offset: Int

    public var type: TensorType { TensorType(entry.shape, entry.elementType.dataType) }

    /// Reads the elements from the file; half-precision numbers become `float32`.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be read, or has become shorter.
    public func copyElements(to memory: UnsafeMutableRawBufferPointer) throws {
        try file.locatingErrors { open in
            switch entry.elementType {
            case .float16: unsafe try copyHalves(from: open, to: memory, convert: float(halfPrecision:))
            case .bfloat16: unsafe try copyHalves(from: open, to: memory, convert: float(bfloat16:))
            case .float64, .float32, .int64, .int32, .uint8:
                // Safe: the header has been checked against the file, and `read` fills the memory or throws.
                unsafe try open.read(into: memory, at: offset)
            }
        }
    }

    private func copyHalves(
        from open: borrowing File, to memory: UnsafeMutableRawBufferPointer, convert: (UInt16) -> Float
    ) throws {
        // Safe: `read` fills the whole capacity or throws, and any 16 bits are an integer.
        let bits = try unsafe [UInt16](unsafeUninitializedCapacity: entry.shape.elementCount) { buffer, count in
            unsafe try open.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            count = entry.shape.elementCount
        }
        // Safe: the memory holds one float for each of these.
        unsafe bits.map(convert).withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    }
}

/// An open file that several tensors read: closed when the last of them is gone.
private final class SharedFile: Sendable {
    let file: File
    private let path: String

    init(file: consuming File, path: String) {
        self.file = file
        self.path = path
    }

    /// Names the file in errors about what it holds.
    func locatingErrors<Result>(_ body: (borrowing File) throws -> Result) throws -> Result {
        do {
            return try body(file)
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: .file(path))
        }
    }
}
