import FoveaFoundation
import FoveaGraph
import OrderedCollections

extension JSONValue {
    /// The greatest depth of arrays and objects within each other: deeper nesting could exhaust the stack.
    public static let maximumDepth = 64

    /// The greatest number of values in a document: the values of a document take far more memory than its text.
    public static let maximumValueCount = 1 << 22

    /// Reads a JSON document (RFC 8259), strictly: one value, in valid UTF-8, without duplicate keys.
    ///
    /// - Throws: ``FoveaError`` naming the first byte at which the text is not such a document.
    public init(parsing text: [UInt8]) throws {
        var parser = JSONParser(text: text)
        self = try parser.document()
    }
}

private struct JSONParser {
    let text: [UInt8]
    private var position = 0
    private var valueCount = 0

    init(text: [UInt8]) { self.text = text }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    mutating func document() throws -> JSONValue {
        let value = try value(depth: 0)
        skipSpace()
        guard next == nil else { throw failure("has something after its end") }
        return value
    }

    private mutating func value(depth: Int) throws -> JSONValue {
        valueCount += 1
        guard valueCount <= JSONValue.maximumValueCount else {
            throw failure("has more than \(JSONValue.maximumValueCount) values")
        }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
        case UInt8(ascii: "t"): return try word("true", .boolean(true))
        case UInt8(ascii: "f"): return try word("false", .boolean(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case nil: throw failure("ends where a value should be")
        default: throw failure("has no value where one should be")
        }
    }

    private mutating func object(depth: Int) throws -> JSONValue {
        var fields = OrderedDictionary<String, JSONValue>()
        try list(depth: depth, end: UInt8(ascii: "}")) { parser in
            parser.skipSpace()
            guard parser.next == UInt8(ascii: "\"") else {
                throw parser.failure("has no field name where one should be")
            }
            let start = parser.position
            let key = try parser.string()
            parser.skipSpace()
            try parser.skip(UInt8(ascii: ":"), "colon")
            let value = try parser.value(depth: depth + 1)
            // Keys that differ only in how Unicode composes their characters are duplicates too.
            guard fields.updateValue(value, forKey: key) == nil else {
                throw parser.failure("has the field \(quoted(key)) twice", at: start)
            }
        }
        return .object(fields)
    }

    private mutating func array(depth: Int) throws -> JSONValue {
        var elements: [JSONValue] = []
        try list(depth: depth, end: UInt8(ascii: "]")) { elements.append(try $0.value(depth: depth + 1)) }
        return .array(elements)
    }

    /// Reads the elements between brackets, separated by commas.
    private mutating func list(depth: Int, end: UInt8, element: (inout JSONParser) throws -> Void) throws {
        guard depth < JSONValue.maximumDepth else {
            throw failure("is nested more than \(JSONValue.maximumDepth) deep")
        }
        position += 1
        skipSpace()
        if next == end {
            position += 1
            return
        }
        while true {
            try element(&self)
            skipSpace()
            if next == end { break }
            try skip(UInt8(ascii: ","), "comma or closing bracket")
        }
        position += 1
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws -> JSONValue {
        guard text[position...].starts(with: word.description.utf8) else {
            throw failure("has no value where one should be")
        }
        position += word.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws -> JSONValue {
        let start = position
        var isInteger = true
        if next == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try skipDigits()
        guard text[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else {
            throw failure("has a number that starts with 0", at: start)
        }
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try skipDigits()
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try skipDigits()
        }
        // No number needs more digits; a longer one is an attempt to keep the parser busy.
        guard position - start <= 1000 else { throw failure("has a number of more than 1000 characters", at: start) }

        let digits = String(decoding: text[start..<position], as: UTF8.self)
        if isInteger, let value = Int(digits) { return .integer(value) }
        guard let value = Double(digits), value.isFinite else {
            throw failure("has a number that is too large", at: start)
        }
        return .number(value)
    }

    private mutating func skipDigits() throws {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw failure("has no digit where one should be") }
    }

    private mutating func string() throws -> String {
        let start = position
        position += 1
        var bytes: [UInt8] = []
        var unwritten = position
        while true {
            guard let byte = next else { throw failure("ends inside a string") }
            guard byte >= 0x20 else { throw failure("has a control character inside a string") }
            if byte == UInt8(ascii: "\"") { break }
            guard byte == UInt8(ascii: "\\") else {
                position += 1
                continue
            }
            bytes += text[unwritten..<position]
            position += 1
            bytes += try escapedCharacter().utf8
            unwritten = position
        }
        bytes += text[unwritten..<position]
        position += 1
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw failure("has a string that is not UTF-8", at: start)
        }
        return string
    }

    /// Reads the rest of an escape sequence, after the backslash.
    private mutating func escapedCharacter() throws -> String {
        guard let byte = next else { throw failure("ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(UnicodeScalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            var units = [try hexadecimalUnit()]
            if UTF16.isLeadSurrogate(units[0]) {
                try skip(UInt8(ascii: "\\"), "second half of a surrogate pair")
                try skip(UInt8(ascii: "u"), "second half of a surrogate pair")
                units.append(try hexadecimalUnit())
            }
            guard let character = String(validating: units, as: UTF16.self) else {
                throw failure("has half a surrogate pair")
            }
            return character
        default:
            throw failure("has an unknown escape in a string", at: position - 1)
        }
    }

    private mutating func hexadecimalUnit() throws -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
                throw failure("has an escape without four hexadecimal digits")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }

    private mutating func skip(_ byte: UInt8, _ meaning: String) throws {
        guard next == byte else { throw failure("has no \(meaning) where one should be") }
        position += 1
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func failure(_ problem: String, at place: Int? = nil) -> FoveaError {
        FoveaError(
            .badData, "The JSON text \(problem).", at: .byte(place ?? position),
            remedy: "Check that the file is whole, or write it again.")
    }
}
