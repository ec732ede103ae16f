import FoveaGraph

/// The number that 8 bits with 5 exponent and 2 fraction bits stand for: the upper half of a half-precision number.
func float(e5m2 bits: UInt8) -> Float { HalfFloat(bitPattern: UInt16(bits) << 8).floatValue }

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
