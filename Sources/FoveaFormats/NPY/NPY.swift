import FoveaFoundation
public import FoveaGraph

/// Reads and writes one tensor of 32-bit floats in NumPy's NPY format.
///
/// A file is a header with type and shape, and then the elements, row by row, little-endian. It holds data only: arrays of
/// Python objects, which run code when they are read, are refused.
///
/// Source: NumPy's description, `numpy.lib.format`, versions 1.0 and 2.0.
public enum NPY {
    /// The type that is read and written: little-endian, 4 bytes.
    private static let elementType = "<f4"

    /// Reads a file; sizes are checked against it before memory is allocated.
    ///
    /// - Throws: ``FoveaError`` that names the file and the byte when it is missing, truncated, too long, of another version,
    ///   or has a damaged header, other elements or another order.
    public static func read(from path: String) throws -> Tensor {
        let file = try File(reading: path)
        let size = try file.regularFileSize()
        do {
            let (header, start) = try header(of: file, fileSize: size)
            let type = TensorType(try Shape(validating: header.shape), .float32)
            guard size - start == type.byteCount else {
                throw FoveaError(
                    .badData,
                    "It has \(size - start) bytes of elements; its shape \(type.shape) takes \(type.byteCount).",
                    remedy: "Check that the file is whole.")
            }
            try AvailableMemory.require(type.byteCount, for: "a tensor of type \(type)")
            // Safe: `read` fills the whole memory or throws, and any bits are a float.
            return unsafe try Tensor(type) { unsafe try file.read(into: $0, at: start) }
        } catch let error as FoveaError where error.code == .badData {
            throw error.located(at: .file(path))
        }
    }

    /// Writes a tensor of 32-bit floats to a file: wholly, or not at all.
    ///
    /// - Throws: ``FoveaError`` when the tensor has other elements, or the file cannot be written; an existing file is then
    ///   kept.
    public static func write(_ tensor: Tensor, to path: String) throws {
        guard tensor.dataType == .float32 else {
            throw FoveaError(
                .usage, "A tensor of type \(tensor.type) is not written as NPY.", remedy: "Convert it to f32.")
        }
        let header = NPYHeader(elementType: elementType, isColumnMajor: false, shape: tensor.shape.dimensions)
        try replaceFile(at: path) { file in
            try file.write(header.bytes)
            // Safe: the bytes are used only while the tensor that owns them is borrowed.
            unsafe try tensor.withBytes { unsafe try file.write($0) }
        }
    }

    /// The header, and the position of the first element.
    private static func header(of file: borrowing File, fileSize: Int) throws -> (NPYHeader, start: Int) {
        let (header, start) = try NPYHeader.read(
            from: file.read(upTo: NPYHeader.maximumByteCount, at: 0), fileSize: fileSize)
        guard header.elementType == elementType else {
            throw FoveaError(
                .badData, "Its elements are \(quoted(header.elementType)), not \(quoted(elementType)).",
                remedy: "Convert them: array.astype(\"<f4\").")
        }
        guard !header.isColumnMajor || header.shape.count < 2 else {
            throw FoveaError(
                .badData, "Its elements lie column by column.", remedy: "Use numpy.ascontiguousarray before numpy.save."
            )
        }
        return (header, start)
    }
}
