/// An element in a tensor's memory: one Swift type for each ``DataType``.
public protocol TensorElement: BitwiseCopyable, Hashable, Sendable {
    static var dataType: DataType { get }

    /// The nearest value, ties to even; integers round toward zero, stop at their bounds and make NaN 0, and truth values
    /// make everything but 0 true. Never traps.
    init(converting value: Double)

    /// The element as `Double`, rounded where an int64 is beyond 2^53.
    var doubleValue: Double { get }

    /// The element as `Float`, rounded once.
    var floatValue: Float { get }
}

extension TensorElement {
    public var floatValue: Float { Float(doubleValue) }
}

extension TensorElement where Self: FixedWidthInteger {
    public init(converting value: Double) {
        if let exact = Self(exactly: value.rounded(.towardZero)) {
            self = exact
        } else {
            self = value.isNaN ? 0 : (value < 0 ? .min : .max)
        }
    }

    public var doubleValue: Double { Double(self) }
    public var floatValue: Float { Float(self) }
}

/// Operations on many elements at once.
///
/// These are requirements, and not only an extension's functions, so that each type has loops compiled for it.
protocol TensorElementLoops: TensorElement {
    static func doubles(in bytes: UnsafeRawBufferPointer) -> [Double]
    static func copyFloats(from bytes: UnsafeRawBufferPointer, to memory: UnsafeMutableRawBufferPointer)
    static func write(_ numbers: [Double], to memory: UnsafeMutableRawBufferPointer)
    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool
    static func areEqual(_ bytes: UnsafeRawBufferPointer, _ others: UnsafeRawBufferPointer) -> Bool
    static func hash(_ bytes: UnsafeRawBufferPointer, into hasher: inout Hasher)
}

// Safe throughout: the bytes belong to a tensor of the type, whose memory is aligned for it; every bit pattern is an
// element; and the destination has as many elements as the source.
extension TensorElementLoops {
    static var byteCount: Int { MemoryLayout<Self>.size }

    static func doubles(in bytes: UnsafeRawBufferPointer) -> [Double] {
        unsafe bytes.assumingMemoryBound(to: Self.self).map(\.doubleValue)
    }

    static func copyFloats(from bytes: UnsafeRawBufferPointer, to memory: UnsafeMutableRawBufferPointer) {
        let source = unsafe bytes.assumingMemoryBound(to: Self.self)
        let target = unsafe memory.assumingMemoryBound(to: Float.self)
        for index in source.indices { unsafe target[index] = source[index].floatValue }
    }

    static func write(_ numbers: [Double], to memory: UnsafeMutableRawBufferPointer) {
        let target = unsafe memory.assumingMemoryBound(to: Self.self)
        for (index, number) in numbers.enumerated() { unsafe target[index] = Self(converting: number) }
    }

    static func areEqual(_ bytes: UnsafeRawBufferPointer, _ others: UnsafeRawBufferPointer) -> Bool {
        unsafe bytes.assumingMemoryBound(to: Self.self).elementsEqual(others.assumingMemoryBound(to: Self.self))
    }

    static func hash(_ bytes: UnsafeRawBufferPointer, into hasher: inout Hasher) {
        let elements = unsafe bytes.assumingMemoryBound(to: Self.self)
        for index in elements.indices { unsafe hasher.combine(elements[index]) }
    }
}

extension TensorElementLoops where Self: FixedWidthInteger {
    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool { true }
}

extension Float: TensorElementLoops {
    public static let dataType = DataType.float32
    public init(converting value: Double) { self.init(value) }
    public var doubleValue: Double { Double(self) }
    public var floatValue: Float { self }

    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe allFinite(bytes.assumingMemoryBound(to: UInt32.self), exponent: 0x7f80_0000)
    }
}

extension Double: TensorElementLoops {
    public static let dataType = DataType.float64
    public init(converting value: Double) { self = value }
    public var doubleValue: Double { self }

    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        unsafe allFinite(bytes.assumingMemoryBound(to: UInt64.self), exponent: 0x7ff0_0000_0000_0000)
    }
}

extension Int8: TensorElementLoops { public static let dataType = DataType.int8 }
extension UInt8: TensorElementLoops { public static let dataType = DataType.uint8 }
extension Int32: TensorElementLoops { public static let dataType = DataType.int32 }
extension Int64: TensorElementLoops { public static let dataType = DataType.int64 }

/// Whether no exponent has all bits set, as those of NaN and the infinities have.
///
/// Checks whole blocks without an early exit: the loop inside then uses vectors, and large weights are read at the
/// speed of memory.
func allFinite<Word: FixedWidthInteger & UnsignedInteger>(_ words: UnsafeBufferPointer<Word>, exponent: Word) -> Bool {
    for start in stride(from: 0, to: words.count, by: 4096) {
        var largest: Word = 0
        // Safe: the indices are below the count.
        for index in start..<min(start + 4096, words.count) { unsafe largest = max(largest, words[index] & exponent) }
        if largest == exponent { return false }
    }
    return true
}
