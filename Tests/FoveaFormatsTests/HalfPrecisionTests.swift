import Testing

@testable import FoveaFormats

@Suite("Half precision")
struct HalfPrecisionTests {
    @Test("Every 16-bit pattern stands for the number that its fields define")
    func definition() {
        for bits in UInt16.min...UInt16.max {
            let (sign, exponent, fraction) = (bits >> 15, Int(bits >> 10) & 31, Double(bits & 1023))
            let magnitude: Double =
                switch exponent {
                case 31: fraction == 0 ? .infinity : .nan
                case 0: fraction / 1024 * Double(sign: .plus, exponent: -14, significand: 1)
                default: (1 + fraction / 1024) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
                }
            let value = Double(float(halfPrecision: bits))
            #expect(magnitude.isNaN ? value.isNaN : value == (sign == 0 ? magnitude : -magnitude))
            #expect(magnitude.isNaN || value.sign == (sign == 0 ? .plus : .minus))
        }
    }

    @Test("bfloat16 is the upper half of a Float")
    func brainFloat() {
        #expect(float(bfloat16: 0x3F80) == 1)
        #expect(float(bfloat16: 0xC049) == -3.140625)
        #expect(float(bfloat16: 0x7F80) == .infinity)
    }
}
