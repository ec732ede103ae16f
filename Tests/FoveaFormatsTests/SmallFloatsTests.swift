import Foundation
import Testing

@testable import FoveaFormats

@Suite("Small floats")
struct SmallFloatsTests {
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

    @Test("Each pattern of 8 bits stands for the number that its fields define")
    func eightBits() {
        for bits in UInt8.min...UInt8.max {
            let sign: Double = bits >> 7 == 0 ? 1 : -1
            let (exponent, fraction) = (Int(bits >> 3) & 15, Double(bits & 7))
            let number = sign * (exponent == 0 ? fraction / 8 / 64 : (1 + fraction / 8) * exp2(Double(exponent - 7)))
            let value = Double(float(e4m3: bits))
            #expect(bits & 0x7F == 0x7F ? value.isNaN : value == number)
            let (wide, rest) = (Int(bits >> 2) & 31, Double(bits & 3))
            let other = sign * (wide == 0 ? rest / 4 / 16384 : (1 + rest / 4) * exp2(Double(wide - 15)))
            let found = Double(float(e5m2: bits))
            switch (wide, rest) {
            case (31, 0): #expect(found == sign * .infinity)
            case (31, _): #expect(found.isNaN)
            default: #expect(found == other)
            }
            let scale = Double(float(e8m0: bits))
            #expect(bits == 255 ? scale.isNaN : scale == exp2(Double(bits) - 127))
        }
    }
}
