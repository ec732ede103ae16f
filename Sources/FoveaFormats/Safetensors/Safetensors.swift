import Foundation
public import FoveaGraph
public import OrderedCollections

#if _endian(big)
    #error("Safetensors copies elements as they lie in memory, which must be little-endian")
#endif

/// Reads and writes tensors by name in the safetensors format.
///
/// A file is an 8-byte little-endian length, a JSON header of that length that says for every name its element type,
/// shape and byte range, and the elements, row by row, little-endian. It holds data only: reading it runs nothing.
///
/// Source: the format's description at https://github.com/huggingface/safetensors.
public enum Safetensors {
    /// Reads all tensors of a file, in the order of its header.
    ///
    /// Element types F64, F32, I64, I32 and U8 are read as they are; F16 and BF16 become `float32`, exactly. Sizes are
    /// checked against the file before memory is taken for them.
    ///
    /// - Throws: ``FoveaError`` when the file does not exist, cannot be read, or is not sound: truncated, too long, with
    ///   holes or overlaps, duplicate names, sizes that do not fit the shapes, or other element types.
    public static func read(
        from path: String
    ) throws -> (tensors: OrderedDictionary<String, Tensor>, metadata: [String: String]) {
        let file = try openForReading(path)
        let fileSize = try file.regularFileSize()
        do {
            let headerSize = try headerSize(of: file, fileSize: fileSize)
            // Safe: `read` fills the whole capacity or throws.
            let text = try unsafe [UInt8](unsafeUninitializedCapacity: headerSize) { buffer, count in
                unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: 8)
                count = headerSize
            }
            let header = try SafetensorsHeader(parsing: text, dataByteCount: fileSize - 8 - headerSize)
            var tensors: OrderedDictionary<String, Tensor> = [:]
            for (name, entry) in header.entries {
                tensors[name] = try tensor(entry, from: file, at: 8 + headerSize + entry.bytes.lowerBound)
            }
            return (tensors, header.metadata)
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: path)
        }
    }

    /// Writes tensors to a file: wholly, or not at all.
    ///
    /// - Parameter metadata: free text that travels with the tensors.
    /// - Throws: ``FoveaError`` when a name is not sound or the file cannot be written; what was there is then untouched.
    public static func write(
        _ tensors: OrderedDictionary<String, Tensor>, metadata: [String: String] = [:], to path: String
    ) throws {
        let header = try SafetensorsHeader(describing: tensors, metadata: metadata)
        let text = try header.text()
        let inFileOrder = header.entries.elements.sorted { $0.value.bytes.lowerBound < $1.value.bytes.lowerBound }
        try replaceFile(at: path) { file in
            try file.write((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text)
            for (name, _) in inFileOrder {
                // Safe: the bytes are used only while the tensor that owns them is borrowed.
                unsafe try tensors[name]?.withBytes { unsafe try file.write($0) }
            }
        }
    }

    private static func headerSize(of file: borrowing OpenFile, fileSize: Int) throws -> Int {
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

    private static func tensor(
        _ entry: SafetensorsHeader.Entry, from file: borrowing OpenFile, at offset: Int
    ) throws -> Tensor {
        switch entry.elementType {
        case .float16: try halves(entry, from: file, at: offset, convert: float(halfPrecision:))
        case .bfloat16: try halves(entry, from: file, at: offset, convert: float(bfloat16:))
        case .float64, .float32, .int64, .int32, .uint8:
            // Safe: the buffer has as many bytes as the entry, and `read` fills them or throws.
            unsafe try Tensor(TensorType(entry.shape, entry.elementType.dataType)) { buffer in
                unsafe try file.read(into: buffer, at: offset)
            }
        }
    }

    private static func halves(
        _ entry: SafetensorsHeader.Entry, from file: borrowing OpenFile, at offset: Int, convert: (UInt16) -> Float
    ) throws -> Tensor {
        // Safe: `read` fills the whole capacity or throws, and any 16 bits are an integer.
        let bits = try unsafe [UInt16](unsafeUninitializedCapacity: entry.shape.elementCount) { buffer, count in
            unsafe try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            count = entry.shape.elementCount
        }
        return try Tensor(entry.shape, bits.map(convert))
    }
}
