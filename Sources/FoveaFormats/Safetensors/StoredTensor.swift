import FoveaFoundation
public import FoveaGraph

/// A tensor of a safetensors file: its type, and where its elements are.
public struct StoredTensor: TensorSource {
    private let stored: ElementType
    private let file: SharedFile
    private let offset: Int
    /// The type that the elements are read as.
    public let type: TensorType

    init(_ entry: SafetensorsHeader.Entry, of file: SharedFile, at offset: Int) {
        stored = entry.elementType
        self.file = file
        self.offset = offset
        // What is not read counts as bytes, so that nobody takes it for weights.
        type = TensorType(entry.shape, stored.dataType ?? .uint8)
    }

    private init(_ other: StoredTensor, as dataType: DataType) {
        (stored, file, offset) = (other.stored, other.file, other.offset)
        type = TensorType(other.type.shape, dataType)
    }

    public func convertedToFloat32() throws -> StoredTensor {
        guard stored.dataType != nil else { throw unreadable }
        return StoredTensor(self, as: .float32)
    }

    private var unreadable: FoveaError {
        FoveaError(
            .badData, "Elements of type \(stored.rawValue) are not read.",
            remedy: "Convert them to F32 and write the file again.")
    }

    /// Reads the elements from the file.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be read or has become shorter, when elements of the type are not read,
    ///   or when a U64 is larger than an `int64`.
    public func copyElements(to memory: UnsafeMutableRawBufferPointer) throws {
        guard let natural = stored.dataType else { throw unreadable }
        guard type.dataType == natural else { return unsafe try copyFloats(to: memory) }
        switch stored {
        case .float64, .float32, .int64, .int32, .uint8:
            // Safe: the header has been checked against the file, and `read` fills the memory or throws.
            unsafe try file.file.read(into: memory, at: offset)
        case .boolean: unsafe try copy(to: memory) { (bits: UInt8) in bits == 0 ? 0 : 1 as UInt8 }
        case .int8: unsafe try copy(to: memory) { (number: Int8) in Int32(number) }
        case .int16: unsafe try copy(to: memory) { (number: Int16) in Int32(number) }
        case .uint16: unsafe try copy(to: memory) { (number: UInt16) in Int32(number) }
        case .uint32: unsafe try copy(to: memory) { (number: UInt32) in Int64(number) }
        case .uint64: unsafe try copy(to: memory, convert: Self.signed)
        default: unsafe try copyFloats(to: memory)
        }
    }

    private static func signed(_ number: UInt64) throws -> Int64 {
        guard let signed = Int64(exactly: number) else {
            throw FoveaError(
                .badData, "The element \(number) of type U64 is larger than \(Int64.max).",
                remedy: "Convert the tensor to F32 and write the file again.")
        }
        return signed
    }

    /// Reads the elements as `float32`, each rounded once.
    private func copyFloats(to memory: UnsafeMutableRawBufferPointer) throws {
        switch stored {
        case .float32: unsafe try file.file.read(into: memory, at: offset)
        case .float64: unsafe try copy(to: memory) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
        case .float16: unsafe try copy(to: memory, convert: float(halfPrecision:))
        case .bfloat16: unsafe try copy(to: memory, convert: float(bfloat16:))
        case .float8e4m3: unsafe try copy(to: memory, convert: float(e4m3:))
        case .float8e5m2: unsafe try copy(to: memory, convert: float(e5m2:))
        case .float8e8m0: unsafe try copy(to: memory, convert: float(e8m0:))
        case .boolean: unsafe try copy(to: memory) { (bits: UInt8) in bits == 0 ? 0 : 1 as Float }
        case .uint8: unsafe try copy(to: memory) { (number: UInt8) in Float(number) }
        case .int8: unsafe try copy(to: memory) { (number: Int8) in Float(number) }
        case .int16: unsafe try copy(to: memory) { (number: Int16) in Float(number) }
        case .uint16: unsafe try copy(to: memory) { (number: UInt16) in Float(number) }
        case .int32: unsafe try copy(to: memory) { (number: Int32) in Float(number) }
        case .uint32: unsafe try copy(to: memory) { (number: UInt32) in Float(number) }
        case .int64: unsafe try copy(to: memory) { (number: Int64) in Float(number) }
        case .uint64: unsafe try copy(to: memory) { (number: UInt64) in Float(number) }
        case .float8e4m3fnuz, .float8e5m2fnuz, .float6e2m3, .float6e3m2, .float4, .complex64: throw unreadable
        }
    }

    private func copy<Stored: FixedWidthInteger, Element: BitwiseCopyable>(
        to memory: UnsafeMutableRawBufferPointer, convert: (Stored) throws -> Element
    ) throws {
        let count = type.shape.elementCount
        // Safe: `read` fills the whole capacity or throws, and any bits are an integer.
        let elements = try unsafe [Stored](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe try file.file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            initialized = count
        }
        // Safe: the memory holds one element of the tensor's type for each of these.
        unsafe try elements.map(convert).withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    }
}
