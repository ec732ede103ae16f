/// The number that 16 bits of IEEE 754 half precision (1 sign, 5 exponent, 10 fraction bits) stand for; exact.
///
/// Not Swift's `Float16`: it is missing on Intel Macs.
func float(halfPrecision bits: UInt16) -> Float {
    let sign = UInt32(bits >> 15) << 31
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits) & 0x3FF
    switch exponent {
    case 0:
        // Zero or subnormal: fraction · 2^-24.
        let magnitude = Float(fraction) * Float(sign: .plus, exponent: -24, significand: 1)
        return sign == 0 ? magnitude : -magnitude
    case 0x1F:
        return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default:
        return Float(bitPattern: sign | (exponent + 127 - 15) << 23 | fraction << 13)
    }
}

/// The number that 16 bits of bfloat16 stand for: the upper half of a `Float`.
func float(bfloat16 bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

/// The number that 8 bits with 5 exponent and 2 fraction bits stand for: the upper half of a half-precision number.
func float(e5m2 bits: UInt8) -> Float { float(halfPrecision: UInt16(bits) << 8) }

/// The number that 8 bits with 4 exponent and 3 fraction bits stand for: without infinities, its largest is 448.
///
/// Source: P. Micikevicius et al., "FP8 Formats for Deep Learning", 2022.
func float(e4m3 bits: UInt8) -> Float {
    let exponent = Int(bits >> 3) & 0xF
    let fraction = Float(bits & 0x7)
    if bits & 0x7F == 0x7F { return .nan }
    let magnitude =
        exponent == 0
        ? Float(sign: .plus, exponent: -9, significand: fraction)
        : Float(sign: .plus, exponent: exponent - 7, significand: 1 + fraction / 8)
    return bits >> 7 == 0 ? magnitude : -magnitude
}

/// The power of two that 8 exponent bits stand for: a scale.
///
/// Source: Open Compute Project, "OCP Microscaling Formats (MX)", 5.4.1.
func float(e8m0 bits: UInt8) -> Float {
    bits == 0xFF ? .nan : Float(sign: .plus, exponent: Int(bits) - 127, significand: 1)
}
