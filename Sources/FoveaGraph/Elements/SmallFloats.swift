/// The layout of a small floating-point number in the style of IEEE 754: a sign, then the exponent, then the fraction.
///
/// Conversions work on the bits: Swift's `Float16` is missing on Intel Macs, and the processor's settings for denormal
/// numbers do not matter.
struct SmallFloatFormat {
    let exponentBits: Int
    let fractionBits: Int

    /// The bits of infinity: all bits of the exponent set.
    var infinity: UInt64 { (1 << exponentBits - 1) << fractionBits }
    private var bias: Int { 1 << (exponentBits - 1) - 1 }

    /// The number that these bits encode; exact. NaN keeps its sign and its fraction.
    @inline(__always)
    func double(_ bits: UInt16) -> Double {
        let bits = UInt64(bits)
        let sign = (bits >> (exponentBits + fractionBits)) << 63
        let (exponent, fraction) = ((bits & infinity) >> fractionBits, bits & (1 << fractionBits - 1))
        if exponent == 0 {
            // Zero or subnormal: fraction · 2^(1 − bias − fractionBits).
            let unit = Double(sign: .plus, exponent: 1 - bias - fractionBits, significand: 1)
            return Double(bitPattern: sign | (Double(fraction) * unit).bitPattern)
        }
        let wide = exponent << fractionBits == infinity ? 0x7FF : exponent + UInt64(1023 - bias)
        return Double(bitPattern: sign | wide << 52 | fraction << (52 - fractionBits))
    }

    /// The bits of the nearest number, ties to even; beyond the largest number infinity. NaN stays NaN and keeps its sign.
    @inline(__always)
    func bits(nearest value: Double) -> UInt16 {
        let sign = (value.bitPattern >> 63) << (exponentBits + fractionBits)
        let magnitude = value.bitPattern & (1 << 63 - 1)
        let fraction = magnitude & (1 << 52 - 1)
        let exponent = Int(magnitude >> 52) - 1023
        if exponent == 1024 {
            // NaN becomes a quiet one, with the highest bit of the fraction set.
            let kept = fraction == 0 ? 0 : fraction >> (52 - fractionBits) | 1 << (fractionBits - 1)
            return UInt16(truncatingIfNeeded: sign | infinity | kept)
        }
        // Below the smallest normal number, fewer bits of the fraction are left.
        let lost = 52 - fractionBits + max(0, 1 - bias - exponent)
        if lost > 53 { return UInt16(truncatingIfNeeded: sign) }
        let significand = fraction | 1 << 52
        let (rest, half) = (significand & (1 << lost - 1), UInt64(1) << (lost - 1))
        var rounded = significand >> lost
        if rest > half || (rest == half && rounded & 1 == 1) { rounded += 1 }
        // The significand's leading 1 adds 1 to the exponent, and so does rounding up to the next power of two.
        if exponent >= 1 - bias { rounded += UInt64(exponent + bias - 1) << fractionBits }
        return UInt16(truncatingIfNeeded: sign | min(rounded, infinity))
    }
}

/// A number of 16 bits in IEEE 754's half precision: 1 sign, 5 exponent and 10 fraction bits.
public struct HalfFloat: TensorElementLoops {
    public static let dataType = DataType.float16
    private static var format: SmallFloatFormat { SmallFloatFormat(exponentBits: 5, fractionBits: 10) }
    public let bitPattern: UInt16

    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }
    public init(converting value: Double) { bitPattern = Self.format.bits(nearest: value) }
    public var doubleValue: Double { Self.format.double(bitPattern) }

    public static func == (left: HalfFloat, right: HalfFloat) -> Bool { left.doubleValue == right.doubleValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(doubleValue) }

    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Safe: the bytes are a tensor's of the type.
        unsafe allFinite(bytes.assumingMemoryBound(to: UInt16.self), exponent: UInt16(format.infinity))
    }
}

/// The upper 16 bits of a `Float`: 1 sign, 8 exponent and 7 fraction bits.
public struct BFloat16: TensorElementLoops {
    public static let dataType = DataType.bfloat16
    private static var format: SmallFloatFormat { SmallFloatFormat(exponentBits: 8, fractionBits: 7) }
    public let bitPattern: UInt16

    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }
    public init(converting value: Double) { bitPattern = Self.format.bits(nearest: value) }
    public var doubleValue: Double { Self.format.double(bitPattern) }
    public var floatValue: Float { Float(bitPattern: UInt32(bitPattern) << 16) }

    public static func == (left: BFloat16, right: BFloat16) -> Bool { left.floatValue == right.floatValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(floatValue) }

    static func areFinite(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // Safe: the bytes are a tensor's of the type.
        unsafe allFinite(bytes.assumingMemoryBound(to: UInt16.self), exponent: UInt16(format.infinity))
    }
}
