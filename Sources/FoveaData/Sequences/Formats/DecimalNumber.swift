extension [UInt8] {
    /// The value of a series that a range spells: a decimal number, or NaN for a missing one (`?` or `NaN`, in any case). Nil
    /// where it spells neither, or a number that `Float` cannot hold.
    func seriesValue(in range: Range<Int>) -> Float? {
        if let number = decimalNumber(in: range) {
            let value = Float(number)
            return value.isFinite ? value : nil
        }
        return isMissingValue(range) ? .nan : nil
    }

    func isMissingValue(_ range: Range<Int>) -> Bool {
        if range.count == 1 { return self[range.lowerBound] == UInt8(ascii: "?") }
        return range.count == 3 && self[range].map { $0 | 0x20 } == Array("nan".utf8)
    }

    /// The decimal number that a range spells, to the nearest `Double`: `-12.5e3`. Nil where it spells none.
    func decimalNumber(in range: Range<Int>) -> Double? {
        var position = range.lowerBound
        let end = range.upperBound
        guard position < end else { return nil }
        let isNegative = self[position] == UInt8(ascii: "-")
        if isNegative || self[position] == UInt8(ascii: "+") { position += 1 }
        var decimal = DecimalDigits()
        while position < end, decimal.add(self[position], isFraction: false) { position += 1 }
        if position < end, self[position] == UInt8(ascii: ".") {
            position += 1
            while position < end, decimal.add(self[position], isFraction: true) { position += 1 }
        }
        guard decimal.hasDigits else { return nil }
        if position < end, self[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            guard let exponent = exponent(in: position..<end) else { return nil }
            decimal.exponent += exponent
        } else if position < end {
            return nil
        }
        if let magnitude = decimal.exactValue { return isNegative ? -magnitude : magnitude }
        return Double(String(decoding: self[range], as: UTF8.self))
    }

    /// The exponent of a decimal number; those too large for any number are cut.
    private func exponent(in range: Range<Int>) -> Int? {
        var position = range.lowerBound
        guard position < range.upperBound else { return nil }
        let isNegative = self[position] == UInt8(ascii: "-")
        if isNegative || self[position] == UInt8(ascii: "+") { position += 1 }
        guard position < range.upperBound else { return nil }
        var exponent = 0
        while position < range.upperBound {
            let digit = Int(self[position]) - 0x30
            guard 0...9 ~= digit else { return nil }
            exponent = Swift.min(exponent * 10 + digit, 100_000)
            position += 1
        }
        return isNegative ? -exponent : exponent
    }
}

/// The digits of a decimal number as they are read.
private struct DecimalDigits {
    private var digits: UInt64 = 0
    /// Whether digits were left out because there were too many.
    private var isCut = false
    private(set) var hasDigits = false
    /// The power of ten by which the digits are multiplied.
    var exponent = 0

    /// Adds a digit; false where the byte is none.
    mutating func add(_ byte: UInt8, isFraction: Bool) -> Bool {
        guard 0x30...0x39 ~= byte else { return false }
        hasDigits = true
        guard digits < 1_000_000_000_000_000_000 else {
            isCut = true
            return true
        }
        digits = digits * 10 + UInt64(byte - 0x30)
        if isFraction { exponent -= 1 }
        return true
    }

    /// The number, where one multiplication or division of numbers that `Double` holds exactly gives it, rounded once. Nil where
    /// that takes more.
    var exactValue: Double? {
        guard !isCut, digits <= 1 << 53, -22...22 ~= exponent else { return nil }
        let number = Double(digits)
        return exponent < 0 ? number / Self.powers[-exponent] : number * Self.powers[exponent]
    }

    private static let powers: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20,
        1e21, 1e22,
    ]
}
