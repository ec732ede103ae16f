/// A value on the host: a shape, a type, and the elements, row by row, in memory that its copies share. It never changes.
///
/// Tensors are equal when their types are and each element equals the other's: −0 equals 0, and NaN equals nothing.
public struct Tensor: Sendable {
    public let type: TensorType
    private let bytes: TensorBytes

    public var shape: Shape { type.shape }
    public var dataType: DataType { type.dataType }

    /// A tensor whose elements `fill` writes, without another copy.
    ///
    /// - Parameter fill: receives memory of exactly the type's byte count, aligned to 64 bytes, with unspecified
    ///   contents, and must write all of it, row by row in the machine's order. Every bit pattern is an element.
    public init(_ type: TensorType, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        self.type = type
        unsafe bytes = try TensorBytes(count: type.byteCount, filledBy: fill)
    }

    /// - Throws: ``FoveaError`` when the number of elements does not match the shape.
    public init<Element: TensorElement>(_ shape: Shape, elements: [Element]) throws {
        guard elements.count == shape.elementCount else {
            throw FoveaError(
                .badData, "A tensor of shape \(shape) holds \(shape.elementCount) elements, not \(elements.count).",
                remedy: "Give it as many elements as the shape has.")
        }
        self.init(copying: elements, shape)
    }

    private init<Element: TensorElement>(copying elements: [Element], _ shape: Shape) {
        // Safe: as many elements as the shape has, each of the type's size.
        unsafe self.init(TensorType(shape, Element.dataType)) { memory in
            unsafe elements.withUnsafeBytes { unsafe memory.copyMemory(from: $0) }
        }
    }

    /// - Throws: ``FoveaError`` when the number of elements does not match the shape.
    public init(_ shape: Shape, _ elements: [Float]) throws { try self.init(shape, elements: elements) }

    /// A tensor of rank 1.
    public init(_ elements: [Float]) { self.init(copying: elements, Shape([elements.count])) }

    /// A tensor of rank 1 of class indices or other integers.
    public init(integers elements: [Int32]) { self.init(copying: elements, Shape([elements.count])) }

    /// A tensor of rank 0.
    public init(scalar: Float) { self.init(copying: [scalar], []) }

    /// A tensor whose elements are all the same; `value` is converted as by ``TensorElement/init(converting:)``.
    public init(repeating value: Double, _ type: TensorType) {
        self.init(type) { value }
    }

    /// A tensor whose elements are numbers from `next`, row by row, converted as by ``TensorElement/init(converting:)``; only a
    /// few of the numbers are in memory at a time.
    public init(_ type: TensorType, next: () throws -> Double) rethrows {
        let (count, size) = (type.shape.elementCount, type.dataType.byteCount)
        // Safe: each block lies within the memory, which has `size` bytes for each element.
        unsafe try self.init(type) { memory in
            for start in stride(from: 0, to: count, by: Self.blockLength) {
                let numbers = try (start..<min(start + Self.blockLength, count)).map { _ in try next() }
                let bytes = start * size..<(start + numbers.count) * size
                unsafe type.dataType.write(numbers, to: UnsafeMutableRawBufferPointer(rebasing: memory[bytes]))
            }
        }
    }

    /// Number of elements converted at a time.
    private static let blockLength = 1024

    /// A tensor with elements converted, as by ``TensorElement/init(converting:)``, from as many numbers as the shape
    /// has elements.
    public init(elements: [Double], _ type: TensorType) {
        precondition(elements.count == type.shape.elementCount, "as many elements as the shape has")
        // Safe: the memory is the type's, and there are as many numbers as elements.
        unsafe self.init(type) { unsafe type.dataType.write(elements, to: $0) }
    }

    private init(_ type: TensorType, sharing bytes: TensorBytes) {
        self.type = type
        self.bytes = bytes
    }

    /// Reads the elements, row by row in the machine's order, where they lie; the pointer is valid while `body` runs.
    public func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        unsafe try bytes.withBytes(body)
    }

    /// The elements; nil where they are of another type.
    public func elements<Element: TensorElement>(as: Element.Type = Element.self) -> [Element]? {
        guard dataType == Element.dataType else { return nil }
        // Safe: the elements are of the type, and each of them is copied.
        return unsafe withBytes { unsafe Array($0.assumingMemoryBound(to: Element.self)) }
    }

    /// The elements as `Float`, converted where the tensor has another type, each rounded once.
    public var floats: [Float] {
        // Safe: both buffers hold as many elements as the shape.
        unsafe [Float](unsafeUninitializedCapacity: shape.elementCount) { buffer, count in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            unsafe withBytes { unsafe dataType.convert($0, to: .float32, memory) }
            count = shape.elementCount
        }
    }

    /// The elements as `Double`, converted where the tensor has another type.
    public var doubles: [Double] {
        // Safe: the bytes are elements of the type.
        unsafe withBytes { unsafe dataType.row.element.doubles(in: $0) }
    }

    /// The same elements under another shape.
    ///
    /// - Throws: ``FoveaError`` when the shapes differ in their number of elements.
    public func reshaped(to shape: Shape) throws -> Tensor {
        guard shape.elementCount == self.shape.elementCount else {
            throw FoveaError(
                .badData,
                "A tensor of shape \(shape) holds \(shape.elementCount) elements, not \(self.shape.elementCount).",
                remedy: "Reshape to as many elements as there are.")
        }
        return Tensor(TensorType(shape, dataType), sharing: bytes)
    }

    /// The same elements as another type, each rounded once, or as by ``TensorElement/init(converting:)``.
    public func converted(to dataType: DataType) -> Tensor {
        if dataType == self.dataType { return self }
        // Safe: each memory has the size of its type.
        return unsafe Tensor(TensorType(shape, dataType)) { memory in
            unsafe withBytes { unsafe self.dataType.convert($0, to: dataType, memory) }
        }
    }

    /// True when no element is NaN or infinite.
    public var isFinite: Bool { unsafe withBytes { unsafe dataType.isFinite($0) } }
}

extension Tensor: Hashable {
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.type == right.type else { return false }
        // Safe: both are elements of one type.
        return unsafe left.withBytes { first in
            unsafe right.withBytes { unsafe left.dataType.row.element.areEqual(first, $0) }
        }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        // Safe: the bytes are elements of the type.
        unsafe withBytes { unsafe dataType.row.element.hash($0, into: &hasher) }
    }
}
