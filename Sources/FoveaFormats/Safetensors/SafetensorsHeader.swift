import FoveaFoundation
import FoveaGraph
import FoveaNN
import OrderedCollections

/// The header of a safetensors file: the position of each tensor's bytes, and a map of free text.
struct SafetensorsHeader {
    struct Entry {
        let elementType: ElementType
        let shape: Shape
        /// The tensor's bytes, counted from the end of the header.
        let bytes: Range<Int>
    }

    /// The longest header that the format allows, in bytes.
    static let maximumByteCount = 100_000_000
    /// The longest reasonable name, in bytes.
    static let maximumNameByteCount = 4096
    static let metadataName = "__metadata__"

    var entries: OrderedDictionary<String, Entry> = [:]
    var metadata: [String: String] = [:]

    // MARK: Reading

    /// - Parameters:
    ///   - text: the JSON text of the header.
    ///   - dataByteCount: number of bytes in the file after its header.
    /// - Throws: ``FoveaError`` when the text is not a header that describes exactly these bytes.
    init(parsing text: [UInt8], dataByteCount: Int) throws {
        guard case .object(let fields) = try JSONValue(parsing: text) else {
            throw FoveaError(.badData, "The header is not a JSON object.")
        }
        for (name, value) in fields {
            if name == Self.metadataName {
                metadata = try Self.metadata(value)
            } else {
                try Self.check(name: name)
                do {
                    entries[name] = try Self.entry(value)
                } catch let error as FoveaError {
                    throw error.located(at: .entry(name))
                }
            }
        }
        try checkCoverage(of: dataByteCount)
    }

    private static func metadata(_ value: JSONValue) throws -> [String: String] {
        guard case .object(let fields) = value else {
            throw FoveaError(.badData, "`\(metadataName)` is \(value.kind), not an object.")
        }
        return try Dictionary(
            uniqueKeysWithValues: fields.map { key, value in
                guard case .string(let text) = value else {
                    throw FoveaError(.badData, "\(quoted(key)) in `\(metadataName)` is \(value.kind), not a string.")
                }
                return (key, text)
            })
    }

    private static func entry(_ value: JSONValue) throws -> Entry {
        let fields = try JSONFields(value)
        try fields.refuseFields(besides: ["dtype", "shape", "data_offsets"])
        let typeName = try fields.string("dtype")
        guard let elementType = ElementType(named: typeName) else {
            throw FoveaError(
                .badData, "The element type \(quoted(typeName)) is none of the format's.",
                remedy: "Convert it to one of \(ElementType.all.map(\.name).listed).")
        }
        let shape = try Shape(validating: try fields.integers("shape", in: 0...Shape.maximumElementCount))
        let offsets = try fields.integers("data_offsets", in: 0...Int.max)
        guard offsets.count == 2, offsets[0] <= offsets[1] else {
            throw FoveaError(.badData, "The field `data_offsets` is not a begin and an end.")
        }
        // No overflow: a shape has at most 2^40 elements.
        let bitCount = shape.elementCount * elementType.bitCount
        guard bitCount.isMultiple(of: 8), offsets[1] - offsets[0] == bitCount / 8 else {
            throw FoveaError(
                .badData,
                "Its shape \(shape) of \(typeName) takes \(bitCount) bits, its `data_offsets` \(offsets[1] - offsets[0]) bytes."
            )
        }
        return Entry(elementType: elementType, shape: shape, bytes: offsets[0]..<offsets[1])
    }

    /// Every byte after the header belongs to exactly one tensor.
    private func checkCoverage(of dataByteCount: Int) throws {
        var end = 0
        let inFileOrder = entries.elements.sorted {
            ($0.value.bytes.lowerBound, $0.value.bytes.upperBound) < (
                $1.value.bytes.lowerBound, $1.value.bytes.upperBound
            )
        }
        for (name, entry) in inFileOrder {
            guard entry.bytes.lowerBound == end else {
                let problem = entry.bytes.lowerBound < end ? "overlaps another tensor" : "leaves a hole before it"
                throw FoveaError(
                    .badData, "The tensor \(quoted(name)) at byte \(entry.bytes.lowerBound) \(problem).",
                    remedy: "Write the file again.")
            }
            end = entry.bytes.upperBound
        }
        guard end == dataByteCount else {
            throw FoveaError(
                .badData, "The tensors take \(end) bytes, the file has \(dataByteCount) for them.",
                remedy: "Check that the file is whole.")
        }
    }

    private static func check(name: String) throws {
        let isSound =
            !name.isEmpty && name != metadataName && name.utf8.count <= maximumNameByteCount
            && name.unicodeScalars.allSatisfy { !$0.isControl }
        guard isSound else {
            throw FoveaError(
                .badData, "\(quoted(name)) cannot be the name of a tensor.",
                remedy: "Use a name of 1 to \(maximumNameByteCount) bytes without control characters, and not "
                    + "`\(metadataName)`.")
        }
    }

    // MARK: Writing

    /// The header of a file with tensors of these types, in their order.
    ///
    /// The bytes are laid out with the widest elements first, as the reference implementation does: so every tensor
    /// begins at a multiple of its element size.
    init(describing types: Named<TensorType>, metadata: [String: String]) throws {
        self.metadata = metadata
        var ranges: [String: Range<Int>] = [:]
        var end = 0
        for byteCount in Set(types.map(\.1.dataType.byteCount)).sorted(by: >) {
            for (name, type) in types where type.dataType.byteCount == byteCount {
                ranges[name] = end..<end + type.byteCount
                end += type.byteCount
            }
        }
        for (name, type) in types {
            try Self.check(name: name)
            entries[name] = ranges[name].map {
                Entry(elementType: .tensor(type.dataType), shape: type.shape, bytes: $0)
            }
        }
    }

    /// The JSON text of the header, filled with spaces to a multiple of eight bytes.
    func text() throws -> [UInt8] {
        var fields: OrderedDictionary<String, JSONValue> = [:]
        if !metadata.isEmpty {
            let sorted = metadata.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
            fields[Self.metadataName] = .object(OrderedDictionary(uniqueKeysWithValues: sorted))
        }
        for (name, entry) in entries {
            fields[name] = [
                "dtype": .string(entry.elementType.name),
                "shape": .array(entry.shape.dimensions.map(JSONValue.integer)),
                "data_offsets": [.integer(entry.bytes.lowerBound), .integer(entry.bytes.upperBound)],
            ]
        }
        var text = Array(JSONValue.object(fields).text().utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.count % 8) % 8)
        guard text.count <= Self.maximumByteCount else {
            throw FoveaError(
                .badData, "The header takes \(text.count) bytes; safetensors allows \(Self.maximumByteCount).",
                remedy: "Spread the tensors over several files.")
        }
        return text
    }
}
