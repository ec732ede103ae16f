import Testing

@testable import FoveaGraph

/// Both formats by the number of their exponent and fraction bits, with the conversions under test.
private struct Format: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let exponentBits: Int
    let fractionBits: Int
    let double: @Sendable (UInt16) -> Double
    let bits: @Sendable (Double) -> UInt16

    static let all = [
        Format(
            testDescription: "float16", exponentBits: 5, fractionBits: 10,
            double: { HalfFloat(bitPattern: $0).doubleValue }, bits: { HalfFloat(converting: $0).bitPattern }),
        Format(
            testDescription: "bfloat16", exponentBits: 8, fractionBits: 7,
            double: { BFloat16(bitPattern: $0).doubleValue }, bits: { BFloat16(converting: $0).bitPattern }),
    ]

    var infinity: UInt16 { (1 << exponentBits - 1) << fractionBits }

    /// The number that the fields of a pattern define.
    func defined(_ bits: UInt16) -> Double {
        let (bias, all) = (1 << (exponentBits - 1) - 1, 1 << exponentBits - 1)
        let exponent = Int(bits >> fractionBits) & all
        let fraction = Double(bits & (1 << fractionBits - 1)) / Double(1 << fractionBits)
        let magnitude: Double =
            switch exponent {
            case all: fraction == 0 ? .infinity : .nan
            case 0: Double(sign: .plus, exponent: 1 - bias, significand: 1) * fraction
            default: Double(sign: .plus, exponent: exponent - bias, significand: 1 + fraction)
            }
        return bits >> 15 == 0 ? magnitude : -magnitude
    }
}

@Suite("Floats of 16 bits")
struct SmallFloatsTests {
    @Test("every pattern stands for the number that its fields define, and comes back", arguments: Format.all)
    fileprivate func everyPattern(format: Format) {
        var wrong: [UInt16] = []
        for bits in UInt16.min...UInt16.max {
            let (value, expected) = (format.double(bits), format.defined(bits))
            // NaN comes back as a quiet one, with the highest bit of its fraction set.
            let quiet: UInt16 = expected.isNaN ? 1 << (format.fractionBits - 1) : 0
            let isRight =
                (expected.isNaN ? value.isNaN : value == expected) && value.sign == (bits >> 15 == 0 ? .plus : .minus)
                && format.bits(value) == bits | quiet
            if !isRight { wrong.append(bits) }
        }
        #expect(wrong.isEmpty)
    }

    @Test("between neighbours the nearer one is taken, in the middle the even one", arguments: Format.all)
    fileprivate func rounding(format: Format) {
        var wrong: [UInt16] = []
        for bits in 0..<format.infinity {
            let low = format.double(bits)
            // The step to infinity is as wide as the one before it.
            let high = bits + 1 < format.infinity ? format.double(bits + 1) : 2 * low - format.double(bits - 1)
            let middle = (low + high) / 2
            let even = bits & 1 == 0 ? bits : bits + 1
            let cases = [(middle, even), (middle.nextDown, bits), (middle.nextUp, bits + 1)]
            for (value, expected) in cases
            where format.bits(value) != expected || format.bits(-value) != expected | 0x8000 { wrong.append(bits) }
        }
        #expect(wrong.isEmpty)
    }

    @Test("what is too large is infinite, what is too small 0, each with its sign", arguments: Format.all)
    fileprivate func extremes(format: Format) {
        for value in [1e300, .infinity, Double.greatestFiniteMagnitude] {
            #expect(format.bits(value) == format.infinity && format.bits(-value) == format.infinity | 0x8000)
        }
        for value in [0, Double.leastNonzeroMagnitude, 1e-300, format.double(1) / 2] {
            #expect(format.bits(value) == 0 && format.bits(-value) == 0x8000)
        }
        #expect(format.double(format.bits(.nan)).isNaN && format.double(format.bits(-.nan)).isNaN)
        #expect(format.double(format.bits(Double(bitPattern: 0x7FF0_0000_0000_0001))).isNaN)
    }

    @Test("a bfloat16 is the upper half of a Float, and a float16 as exact in one")
    func floats() {
        for bits in UInt16.min...UInt16.max {
            let (brain, half) = (BFloat16(bitPattern: bits), HalfFloat(bitPattern: bits))
            guard !brain.doubleValue.isNaN, !half.doubleValue.isNaN else { continue }
            if Double(brain.floatValue) != brain.doubleValue || Double(half.floatValue) != half.doubleValue {
                Issue.record("\(bits)")
            }
        }
    }
}
