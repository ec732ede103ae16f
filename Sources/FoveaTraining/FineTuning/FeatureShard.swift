import FoveaData
import FoveaFormats
import FoveaFoundation
import FoveaGraph
import FoveaNN
import OrderedCollections

/// The features of some pictures in a file, which is written once and never changed.
///
/// A safetensors file with a tensor [rows, …] for each output of the body, and `rows`, bytes [rows, 20]: the digest of each
/// picture, and the CRC-32 of it and of the picture's features. The metadata has the key, the kernels that computed them, and a
/// checksum of both and of `rows`.
struct FeatureShard: Sendable {
    static let formatVersion = 1
    /// The tensor of digests and checksums. No output of a body has a name without `features` in it.
    private static let rowsName = "rows"
    private static let rowByteCount = ContentDigest.byteCount + 4

    let path: String
    /// The kernels that computed the features, by question.
    let kernels: [String: String]
    private let tensors: OrderedDictionary<String, StoredTensor>
    private let positions: [ContentDigest: Int]
    private let checksums: [UInt32]

    /// Reads what a file has, but for the features.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be read, is damaged, or has something else.
    init(at path: String, key: FeatureKey, types: Named<TensorType>) throws {
        let file = try SafetensorsFile(at: path)
        guard let rows = file.tensor(named: Self.rowsName), let kernels = file.metadata["kernels"],
            let keyText = file.metadata["key"], rows.type.shape.rank == 2, rows.type.shape[1] == Self.rowByteCount,
            let bytes = try Tensor(copying: rows).elements(as: UInt8.self),
            file.metadata["checksum"] == Self.checksum(keyText, kernels, bytes)
        else { throw Self.damaged(path) }
        guard keyText == key.text else {
            throw FoveaError(.badData, "It holds the features of something else.", at: .file(path))
        }
        let count = rows.type.shape[0]
        let stored = try types.map { name, type in
            guard let tensor = file.tensor(named: name),
                tensor.type == TensorType(try Shape(validating: [count] + type.shape.dimensions), type.dataType)
            else { throw Self.damaged(path) }
            return (name, tensor)
        }
        self.path = path
        self.kernels = try Self.kernels(kernels, path)
        tensors = OrderedDictionary(uniqueKeysWithValues: stored)
        let starts = (0..<count).map { $0 * Self.rowByteCount }
        let digests = starts.map { ContentDigest(bytes: bytes[$0..<$0 + ContentDigest.byteCount]) }
        positions = Dictionary(zip(digests, 0..<count), uniquingKeysWith: { first, _ in first })
        checksums = starts.map { start in
            (0..<4).reduce(0) { $0 | UInt32(bytes[start + ContentDigest.byteCount + $1]) << (8 * UInt32($1)) }
        }
    }

    func contains(_ digest: ContentDigest) -> Bool { positions[digest] != nil }

    /// The features of a picture, by name; nil where the file does not have them.
    ///
    /// - Throws: ``FoveaError`` when they are damaged or cannot be read.
    func features(of digest: ContentDigest) throws -> [String: Tensor]? {
        guard let position = positions[digest] else { return nil }
        var features: [String: Tensor] = [:]
        for (name, tensor) in tensors {
            guard let row = tensor.row(position) else { throw Self.damaged(path) }
            features[name] = try Tensor(copying: row)
        }
        guard Self.checksum(digest, features, tensors.keys.elements) == checksums[position] else {
            throw Self.damaged(path)
        }
        return features
    }

    /// Reads all features.
    ///
    /// - Throws: ``FoveaError`` when some are damaged or cannot be read.
    func verify() throws {
        for digest in positions.keys { _ = try features(of: digest) }
    }

    private static func damaged(_ path: String) -> FoveaError {
        FoveaError(.badData, "It is damaged.", at: .file(path), remedy: "Remove it.")
    }

    private static func kernels(_ text: String, _ path: String) throws -> [String: String] {
        guard case .object(let fields) = try JSONValue(parsing: Array(text.utf8)) else { throw damaged(path) }
        return try Dictionary(
            uniqueKeysWithValues: fields.map { question, kernel in
                guard case .string(let name) = kernel else { throw damaged(path) }
                return (question, name)
            })
    }

    private static func checksum(_ key: String, _ kernels: String, _ rows: [UInt8]) -> String {
        var checksum = Checksum()
        checksum.update(with: Array("\(key)\n\(kernels)\n".utf8)[...])
        checksum.update(with: rows[...])
        return "\(checksum)"
    }

    private static func checksum(_ digest: ContentDigest, _ features: [String: Tensor], _ names: [String]) -> UInt32 {
        var checksum = Checksum()
        checksum.update(with: digest.bytes[...])
        for name in names {
            // Safe: the bytes are used only while the tensor that owns them is borrowed.
            if let tensor = features[name] { unsafe tensor.withBytes { unsafe checksum.update(with: $0) } }
        }
        return checksum.value
    }
}

/// Writing.
extension FeatureShard {
    /// The features of a picture, before they are written.
    struct Row: Sendable {
        let digest: ContentDigest
        let features: [String: Tensor]
    }

    /// The number of bytes that some rows take in a file, without its header.
    static func byteCount(of rows: Int, _ types: Named<TensorType>) -> Int {
        saturatingProduct(rows, types.reduce(rowByteCount) { saturatingSum($0, $1.1.byteCount) })
    }

    /// Writes a file of features, wholly or not at all; equal ones make the same file.
    ///
    /// - Returns: its path.
    /// - Throws: ``FoveaError`` when it cannot be written.
    static func write(
        _ rows: [Row], key: FeatureKey, types: Named<TensorType>, kernels: [String: String], in folder: String
    ) throws -> String {
        let index = rows.flatMap { row in
            let checksum = checksum(row.digest, row.features, types.names)
            return row.digest.bytes + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (8 * $0)) }
        }
        let kernels = JSONValue(fields: kernels.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }).text()
        let metadata = ["key": key.text, "kernels": kernels, "checksum": checksum(key.text, kernels, index)]
        var stacked = try types.mapValues { type in
            TensorType(try Shape(validating: [rows.count] + type.shape.dimensions), type.dataType)
        }
        stacked.set(rowsName, to: TensorType(Shape([rows.count, rowByteCount]), .uint8))
        let path = FeatureCache.path(of: key, rows: ContentDigest(index[...]), in: folder)
        try Safetensors.write(stacked, metadata: metadata, to: path) { name in
            if name == rowsName { return try Tensor(Shape([rows.count, rowByteCount]), elements: index) }
            return try stack(rows, name, stacked[name])
        }
        return path
    }

    /// One tensor of the features of all rows.
    private static func stack(_ rows: [Row], _ name: String, _ type: TensorType) throws -> Tensor {
        try AvailableMemory.require(type.byteCount, for: "writing features")
        let size = type.byteCount / rows.count
        // Safe: the tensor has `size` bytes for each row, and so has each row's tensor.
        return unsafe Tensor(type) { memory in
            for (position, row) in rows.enumerated() {
                guard let features = row.features[name] else { preconditionFailure("a row has all features") }
                let part = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: memory[position * size..<(position + 1) * size])
                unsafe features.withBytes { unsafe part.copyMemory(from: $0) }
            }
        }
    }
}
