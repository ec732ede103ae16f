/// from + factor · (to − from), cut off to an integer and to 0...255: a factor of 0 gives `from`, 1 gives `to`, and one above 1
/// goes beyond. Computed in `Float`, as Pillow's `Image.blend`.
@inline(__always)
func blend(_ from: Float, _ to: Float, _ factor: Float) -> UInt8 { byte(cuttingOff: from + factor * (to - from)) }

/// A number cut off to an integer and to 0...255.
///
/// The conversion that the language has checks its operand, which keeps loops from using vectors. With 2²³ added, the last bit of
/// a `Float` stands for 1: that rounds, and where it rounds up, 1 is taken off again.
@inline(__always)
func byte(cuttingOff number: Float) -> UInt8 {
    let bounded = min(max(number, 0), 255)
    let rounded: Float = bounded + 0x1p23
    let cutOff = rounded - 0x1p23 > bounded ? rounded - 1 : rounded
    return UInt8(truncatingIfNeeded: cutOff.bitPattern)
}
