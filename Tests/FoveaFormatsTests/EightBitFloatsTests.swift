import Foundation
import Testing

@testable import FoveaFormats

@Suite("Floats of 8 bits")
struct EightBitFloatsTests {
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
