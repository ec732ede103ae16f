/// The header of an NPY file: a Python dictionary with the element type, the order and the shape of an array.
///
///     {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }
package struct NPYHeader: Hashable, Sendable {
    package let elementType: String
    package let isColumnMajor: Bool
    package let shape: [Int]

    /// What every file begins with, before its version.
    package static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

    /// The whole beginning of a file of version 1.0 with such a header, whose length is a multiple of 64.
    package var bytes: [UInt8] {
        let extents = shape.map { "\($0), " }.joined()
        let tuple = shape.count == 1 ? extents.dropLast() : extents.dropLast(2)
        let order = isColumnMajor ? "True" : "False"
        let text = Array("{'descr': '\(elementType)', 'fortran_order': \(order), 'shape': (\(tuple)), }".utf8)
        let start = Self.magic.count + 4
        let padding = 63 - (start + text.count) % 64
        let length = text.count + padding + 1
        return Self.magic + [1, 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8)] + text
            + [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
    }

    /// - Throws: ``FoveaError`` that names the byte at which the text is no such dictionary, or a field that it lacks.
    package init(parsing text: [UInt8]) throws {
        var parser = NPYHeaderParser(text: text)
        self = try parser.header()
    }

    /// The header that a file begins with, and the position of the first element.
    ///
    /// - Parameters:
    ///   - beginning: the file, or at least its first ``maximumByteCount`` bytes.
    ///   - fileSize: the number of bytes of the whole file.
    /// - Throws: ``FoveaError`` that names the byte when it is no such file, of another version, or has a damaged header.
    package static func read(from beginning: [UInt8], fileSize: Int) throws -> (NPYHeader, start: Int) {
        guard beginning.starts(with: magic), beginning.count >= 12 else {
            throw FoveaError(
                .badData, "It is no NPY file.", remedy: "Name a file that fovea features or numpy.save has written.")
        }
        let version = (beginning[6], beginning[7])
        let fieldSize: Int
        switch version {
        case (1, 0): fieldSize = 2
        case (2, 0): fieldSize = 4
        default:
            throw FoveaError(
                .badData, "Its version is \(version.0).\(version.1); 1.0 and 2.0 are read.", at: .byte(6),
                remedy: "Write it again with numpy.save.")
        }
        let length = (0..<fieldSize).reduce(0) { $0 | Int(beginning[8 + $1]) << (8 * $1) }
        let start = 8 + fieldSize + length
        guard start <= maximumByteCount, start <= min(fileSize, beginning.count) else {
            throw FoveaError(
                .badData, "It states a header of \(length) bytes, which a file of \(fileSize) bytes cannot have.",
                at: .byte(8), remedy: "Check that the file is whole.")
        }
        do {
            return (try NPYHeader(parsing: Array(beginning[8 + fieldSize..<start])), start)
        } catch let error as FoveaError {
            throw error.counted(fromByte: 8 + fieldSize)
        }
    }

    /// Far more than a header takes.
    package static let maximumByteCount = 1 << 12

    package init(elementType: String, isColumnMajor: Bool, shape: [Int]) {
        (self.elementType, self.isColumnMajor, self.shape) = (elementType, isColumnMajor, shape)
    }
}

/// Reads the one dictionary that NumPy writes: three keys, each once, in any order.
private struct NPYHeaderParser {
    let text: [UInt8]
    private var position = 0

    init(text: [UInt8]) { self.text = text }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    mutating func header() throws -> NPYHeader {
        var (type, order, shape): (String?, Bool?, [Int]?)
        try expect("{")
        while !skip("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try string()
            case "fortran_order" where order == nil: order = try truthValue()
            case "shape" where shape == nil: shape = try tuple()
            case "descr", "fortran_order", "shape": throw failure("has the field \(quoted(key)) twice")
            default: throw failure("has an unknown field \(quoted(key))")
            }
            if !skip(",") {
                try expect("}")
                break
            }
        }
        skipSpace()
        guard next == nil else { throw failure("has something after its end") }
        guard let type else { throw failure("has no field `descr`") }
        guard let order else { throw failure("has no field `fortran_order`") }
        guard let shape else { throw failure("has no field `shape`") }
        return NPYHeader(elementType: type, isColumnMajor: order, shape: shape)
    }

    private mutating func string() throws -> String {
        skipSpace()
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw failure("has no text in quotes where one should be")
        }
        position += 1
        let start = position
        while let byte = next, byte != quote {
            guard (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\") else {
                throw failure("has a character that names no type or field")
            }
            position += 1
        }
        guard next != nil else { throw failure("ends within a text") }
        defer { position += 1 }
        return String(decoding: text[start..<position], as: UTF8.self)
    }

    private mutating func truthValue() throws -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)] where text[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw failure("has neither True nor False where one should be")
    }

    /// `()`, `(3,)`, `(2, 3)`
    private mutating func tuple() throws -> [Int] {
        try expect("(")
        var extents: [Int] = []
        while !skip(")") {
            guard extents.count < 32 else { throw failure("has more than 32 dimensions") }
            extents.append(try integer())
            if skip(",") { continue }
            // A single number in parentheses is no tuple.
            guard extents.count > 1 else { throw failure("has a number where a tuple should be") }
            try expect(")")
            break
        }
        return extents
    }

    private mutating func integer() throws -> Int {
        skipSpace()
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard let number = Int(String(decoding: text[start..<position], as: UTF8.self)) else {
            position = start
            throw failure("has no number of elements where one should be")
        }
        return number
    }

    private mutating func expect(_ character: Character) throws {
        guard skip(character) else { throw failure("has no `\(character)` where one should be") }
    }

    private mutating func skip(_ character: Character) -> Bool {
        skipSpace()
        guard let byte = next, byte == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
    }

    private func failure(_ problem: String) -> FoveaError {
        FoveaError(
            .badData, "The header \(problem).", at: .byte(position), remedy: "Write the file again with numpy.save.")
    }
}
