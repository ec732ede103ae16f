/// A value on the host: a shape and its elements, row by row. Copied on write.
public struct Tensor: Hashable, Sendable {
    /// The elements, one case for each ``DataType``.
    public enum Storage: Hashable, Sendable {
        case float32([Float])
        case float64([Double])
        case int32([Int32])
        case int64([Int64])
        case uint8([UInt8])
    }

    public let shape: Shape
    public private(set) var storage: Storage

    /// - Throws: ``FoveaError`` when the number of elements is not that of the shape.
    public init(_ shape: Shape, _ storage: Storage) throws {
        guard storage.count == shape.elementCount else {
            throw FoveaError(
                .badData, "A tensor of shape \(shape) holds \(shape.elementCount) elements, not \(storage.count).",
                remedy: "Give it as many elements as the shape has.")
        }
        self.shape = shape
        self.storage = storage
    }

    public init(_ shape: Shape, _ elements: [Float]) throws { try self.init(shape, .float32(elements)) }

    /// A tensor of rank 1.
    public init(_ elements: [Float]) {
        shape = Shape([elements.count])
        storage = .float32(elements)
    }

    /// A tensor of rank 1 of class indices or other integers.
    public init(integers elements: [Int32]) {
        shape = Shape([elements.count])
        storage = .int32(elements)
    }

    /// A tensor of rank 0.
    public init(scalar: Float) {
        shape = []
        storage = .float32([scalar])
    }

    /// A tensor whose elements are all the same; `value` is converted to the element type, exactly or by truncation.
    public init(repeating value: Double, _ type: TensorType) {
        self.init(elements: [Double](repeating: value, count: type.shape.elementCount), type)
    }

    /// A tensor whose elements are rounded from `Double`; values an integer type cannot hold become its nearest bound,
    /// NaN becomes 0.
    package init(elements: [Double], _ type: TensorType) {
        precondition(elements.count == type.shape.elementCount, "as many elements as the shape has")
        shape = type.shape
        storage =
            switch type.dataType {
            case .float32: .float32(elements.map(Float.init))
            case .float64: .float64(elements)
            case .int32: .int32(elements.map { Int32(clamping: $0) })
            case .int64: .int64(elements.map { Int64(clamping: $0) })
            case .uint8: .uint8(elements.map { UInt8(clamping: $0) })
            }
    }

    /// The same shape with other elements, one for each.
    init(_ other: Tensor, float32 elements: [Float]) {
        precondition(elements.count == other.shape.elementCount, "as many elements as before")
        shape = other.shape
        storage = .float32(elements)
    }

    public var dataType: DataType {
        switch storage {
        case .float32: .float32
        case .float64: .float64
        case .int32: .int32
        case .int64: .int64
        case .uint8: .uint8
        }
    }

    public var type: TensorType { TensorType(shape, dataType) }

    /// The elements as `Float`, converted where the tensor has another type.
    public var floats: [Float] {
        switch storage {
        case .float32(let elements): elements
        case .float64(let elements): elements.map(Float.init)
        case .int32(let elements): elements.map(Float.init)
        case .int64(let elements): elements.map(Float.init)
        case .uint8(let elements): elements.map(Float.init)
        }
    }

    /// The elements as `Double`, converted where the tensor has another type.
    public var doubles: [Double] {
        switch storage {
        case .float32(let elements): elements.map(Double.init)
        case .float64(let elements): elements
        case .int32(let elements): elements.map(Double.init)
        case .int64(let elements): elements.map(Double.init)
        case .uint8(let elements): elements.map(Double.init)
        }
    }

    /// The same elements under another shape.
    ///
    /// - Throws: ``FoveaError`` when the shapes differ in their number of elements.
    public func reshaped(to shape: Shape) throws -> Tensor { try Tensor(shape, storage) }

    /// True when no element is NaN or infinite.
    public var isFinite: Bool { unsafe withBytes { unsafe dataType.isFinite($0) } }

    /// Reads the elements as bytes in the machine's order.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // Safe: the pointer lives only as long as the array that the closure borrows it from.
        switch storage {
        case .float32(let elements): unsafe try elements.withUnsafeBytes(body)
        case .float64(let elements): unsafe try elements.withUnsafeBytes(body)
        case .int32(let elements): unsafe try elements.withUnsafeBytes(body)
        case .int64(let elements): unsafe try elements.withUnsafeBytes(body)
        case .uint8(let elements): unsafe try elements.withUnsafeBytes(body)
        }
    }

    /// A tensor whose elements `fill` writes; the buffer has exactly the type's byte count.
    package init(_ type: TensorType, filledBy fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows {
        shape = type.shape
        let count = type.shape.elementCount
        func elements<Element>(of: Element.Type) throws -> [Element] {
            // Safe: `fill` is handed the whole capacity and must write all of it; every bit pattern is a valid element.
            unsafe try [Element](unsafeUninitializedCapacity: count) { buffer, initializedCount in
                unsafe try fill(UnsafeMutableRawBufferPointer(buffer))
                initializedCount = count
            }
        }
        storage =
            switch type.dataType {
            case .float32: .float32(try elements(of: Float.self))
            case .float64: .float64(try elements(of: Double.self))
            case .int32: .int32(try elements(of: Int32.self))
            case .int64: .int64(try elements(of: Int64.self))
            case .uint8: .uint8(try elements(of: UInt8.self))
            }
    }
}

extension Tensor.Storage {
    /// The number of elements.
    public var count: Int {
        switch self {
        case .float32(let elements): elements.count
        case .float64(let elements): elements.count
        case .int32(let elements): elements.count
        case .int64(let elements): elements.count
        case .uint8(let elements): elements.count
        }
    }
}

extension FixedWidthInteger {
    /// The nearest representable integer of `value`, rounded toward zero; 0 for NaN. Never traps.
    fileprivate init(clamping value: Double) {
        if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value.isNaN ? 0 : (value < 0 ? .min : .max)
        }
    }
}
