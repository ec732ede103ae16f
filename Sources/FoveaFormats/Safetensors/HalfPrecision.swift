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
