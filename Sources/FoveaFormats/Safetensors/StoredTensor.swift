import FoveaFoundation
public import FoveaGraph

/// A tensor of a safetensors file: its type, and the position of its elements.
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
        // Elements that cannot be read count as bytes, so that they are not taken for weights.
        type = TensorType(entry.shape, stored.dataType ?? .uint8)
    }

    private init(_ other: StoredTensor, as dataType: DataType) {
        (stored, file, offset) = (other.stored, other.file, other.offset)
        type = TensorType(other.type.shape, dataType)
    }

    public func converted(to dataType: DataType) throws -> StoredTensor {
        guard stored.dataType != nil else { throw unreadable }
        return StoredTensor(self, as: dataType)
    }

    /// The elements at a position of the first axis, to be read without the others; nil where they are converted when they are
    /// read.
    package func row(_ index: Int) -> StoredTensor? {
        guard stored == .tensor(type.dataType), type.shape.rank > 0, (0..<type.shape[0]).contains(index) else {
            return nil
        }
        return StoredTensor(self, row: index)
    }

    private init(_ other: StoredTensor, row index: Int) {
        (stored, file) = (other.stored, other.file)
        type = TensorType(Shape(Array(other.type.shape.dimensions.dropFirst())), other.type.dataType)
        offset = other.offset + index * type.byteCount
    }

    private var unreadable: FoveaError {
        FoveaError(
            .badData, "Elements of type \(stored.name) are not read.",
            remedy: "Convert them to F32 and write the file again.")
    }

    /// Reads the elements from the file.
    ///
    /// - Throws: ``FoveaError`` when the file cannot be read or has become shorter, when elements of the type are not read,
    ///   or when a U64 is larger than an `int64`.
    public func copyElements(to memory: UnsafeMutableRawBufferPointer) throws {
        switch stored {
        case .tensor(let dataType) where dataType == type.dataType:
            // Safe: the header has been checked against the file, and `read` fills the memory or throws.
            unsafe try file.file.read(into: memory, at: offset)
        case .tensor(let dataType):
            // Safe: as above; the memory holds as many elements of the type that they are read as.
            let asStored = unsafe try Tensor(TensorType(type.shape, dataType)) {
                unsafe try file.file.read(into: $0, at: offset)
            }
            unsafe asStored.withBytes { unsafe dataType.convert($0, to: type.dataType, memory) }
        case .foreign(let foreign): unsafe try copy(foreign, to: memory)
        }
    }

    private func copy(_ foreign: ForeignElement, to memory: UnsafeMutableRawBufferPointer) throws {
        switch foreign {
        case .int16: unsafe try copy(to: memory) { (number: Int16) in Double(number) }
        case .uint16: unsafe try copy(to: memory) { (number: UInt16) in Double(number) }
        case .uint32: unsafe try copy(to: memory) { (number: UInt32) in Double(number) }
        case .float8e4m3: unsafe try copy(to: memory) { Double(float(e4m3: $0)) }
        case .float8e5m2: unsafe try copy(to: memory) { Double(float(e5m2: $0)) }
        case .float8e8m0: unsafe try copy(to: memory) { Double(float(e8m0: $0)) }
        case .uint64 where type.dataType == .int64: unsafe try copyBits(to: memory, convert: Self.signed)
        // Not by way of Double, which may round it first.
        case .uint64 where type.dataType == .float32:
            unsafe try copyBits(to: memory) { (number: UInt64) in Float(number) }
        case .uint64: unsafe try copy(to: memory) { (number: UInt64) in Double(number) }
        case .float8e4m3fnuz, .float8e5m2fnuz, .float6e2m3, .float6e3m2, .float4, .complex64: throw unreadable
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

    /// Reads the elements by way of `Double`.
    private func copy<Stored: FixedWidthInteger>(
        to memory: UnsafeMutableRawBufferPointer, convert: (Stored) -> Double
    ) throws {
        let numbers = try read(Stored.self).map(convert)
        // Safe: the memory holds one element of the tensor's type for each of these.
        unsafe type.dataType.write(numbers, to: memory)
    }

    /// Reads elements that are converted to others of the tensor's type.
    private func copyBits<Stored: FixedWidthInteger, Element: BitwiseCopyable>(
        to memory: UnsafeMutableRawBufferPointer, convert: (Stored) throws -> Element
    ) throws {
        // Safe: the memory holds one element of the tensor's type for each of these.
        unsafe try read(Stored.self).map(convert).withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
    }

    private func read<Stored: FixedWidthInteger>(_: Stored.Type) throws -> [Stored] {
        let count = type.shape.elementCount
        // Safe: `read` fills the whole capacity or throws, and any bits are an integer.
        return try unsafe [Stored](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe try file.file.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            initialized = count
        }
    }
}
