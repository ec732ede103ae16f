import FoveaFoundation
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
    /// Sizes are checked against the file before memory is taken for them.
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
}
