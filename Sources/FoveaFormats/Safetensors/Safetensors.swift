import FoveaFoundation
public import FoveaGraph
public import FoveaNN
public import OrderedCollections

#if _endian(big)
    #error("Safetensors copies elements as they lie in memory, which must be little-endian")
#endif

/// Reads and writes tensors by name in the safetensors format.
///
/// A file is an 8-byte little-endian length, a JSON header of that length that gives for every name its element type,
/// shape and byte range, and the elements, row by row, little-endian. It holds data only: reading it runs no code.
///
/// Source: the format's description at https://github.com/huggingface/safetensors.
public enum Safetensors {
    /// Reads all tensors of a file, in the order of its header.
    ///
    /// Sizes are checked against the file before memory is allocated for them.
    ///
    /// - Throws: as ``SafetensorsFile/init(at:)``, and when a tensor has elements that are not read.
    public static func read(
        from path: String
    ) throws -> (tensors: OrderedDictionary<String, Tensor>, metadata: [String: String]) {
        let file = try SafetensorsFile(at: path)
        var tensors: OrderedDictionary<String, Tensor> = [:]
        for (name, stored) in file.tensors {
            do {
                tensors[name] = try Tensor(copying: stored)
            } catch let error as FoveaError where error.code == .badData {
                throw error.located(at: .entry(name)).located(at: .file(path))
            }
        }
        return (tensors, file.metadata)
    }

    /// Writes tensors to a file: wholly, or not at all.
    ///
    /// - Parameter metadata: free text that travels with the tensors.
    /// - Throws: ``FoveaError`` when a name is invalid or the file cannot be written; an existing file is then kept.
    public static func write(
        _ tensors: OrderedDictionary<String, Tensor>, metadata: [String: String] = [:], to path: String
    ) throws {
        try write(Named(tensors.map { ($0.key, $0.value.type) }), metadata: metadata, to: path) { name in
            guard let tensor = tensors[name] else { preconditionFailure("the types are those of the tensors") }
            return tensor
        }
    }

    /// Writes tensors that are read one at a time, so that not all of them have to be in memory at once.
    ///
    /// - Parameter read: returns the tensor of a name, of the declared type.
    /// - Throws: as ``write(_:metadata:to:)``, and what `read` throws.
    public static func write(
        _ types: Named<TensorType>, metadata: [String: String] = [:], to path: String,
        reading read: (String) throws -> Tensor
    ) throws {
        let header = try SafetensorsHeader(describing: types, metadata: metadata)
        let text = try header.text()
        let inFileOrder = header.entries.elements.sorted { $0.value.bytes.lowerBound < $1.value.bytes.lowerBound }
        try replaceFile(at: path) { file in
            try file.write((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text)
            for (name, entry) in inFileOrder {
                let tensor = try read(name)
                guard tensor.type.byteCount == entry.bytes.count else {
                    throw FoveaError(.internalDefect, "The tensor \(quoted(name)) is \(tensor.type), not as announced.")
                }
                // Safe: the bytes are used only while the tensor that owns them is borrowed.
                unsafe try tensor.withBytes { unsafe try file.write($0) }
            }
        }
    }
}
