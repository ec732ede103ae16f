import FoveaFoundation
import FoveaGraph

/// Reads the records of a CSV text (RFC 4180), strictly: what the standard does not allow is an error with its line.
///
/// Lines end with LF or CRLF; a byte order mark is skipped, and so are empty lines.
struct CSVReader: ~Copyable {
    struct Record: Hashable {
        /// The line that it begins on, from 1.
        let line: Int
        let fields: [String]
    }

    private let text: [UInt8]
    private let delimiter: UInt8
    private var position: Int
    private var line = 1

    init(_ text: [UInt8], delimiter: UInt8 = UInt8(ascii: ",")) {
        self.text = text
        self.delimiter = delimiter
        position = text.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    }

    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// The next record; nil after the last.
    ///
    /// - Throws: ``FoveaError`` at the line that breaks the rules; nothing can be read after it.
    mutating func next() throws -> Record? {
        while position < text.count, endLine() {}
        guard position < text.count else { return nil }
        let start = line
        var fields: [String] = []
        repeat {
            let bytes = current == Self.quote ? try quotedField() : try plainField()
            guard let field = String(validating: bytes, as: UTF8.self) else {
                throw failure("Field \(fields.count + 1) is not UTF-8.", "Save the table as UTF-8.")
            }
            fields.append(field)
        } while try isFollowedByField()
        return Record(line: start, fields: fields)
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    /// Skips the end of a line; false where there is none.
    private mutating func endLine() -> Bool {
        if text[position] == Self.lineFeed {
            position += 1
        } else if text[position] == Self.carriageReturn, position + 1 < text.count, text[position + 1] == Self.lineFeed
        {
            position += 2
        } else {
            return false
        }
        line += 1
        return true
    }

    /// Skips the delimiter behind a field, or the end of its line.
    private mutating func isFollowedByField() throws -> Bool {
        guard position < text.count else { return false }
        if text[position] == delimiter {
            position += 1
            return true
        }
        guard endLine() else {
            throw failure(
                "A quoted field is followed by more than a delimiter.", "Double the quotes within a quoted field.")
        }
        return false
    }

    private mutating func plainField() throws -> ArraySlice<UInt8> {
        let start = position
        while let byte = current, byte != delimiter, byte != Self.lineFeed {
            if byte == Self.carriageReturn {
                guard position + 1 < text.count, text[position + 1] == Self.lineFeed else {
                    throw failure("A carriage return stands alone.", "End lines with LF or CRLF.")
                }
                break
            }
            guard byte != Self.quote else {
                throw failure("A quote is within a field that does not begin with one.", "Quote the whole field.")
            }
            guard byte != 0 else { throw failure("A field holds a zero byte.", "Save the table as UTF-8 text.") }
            position += 1
        }
        return text[start..<position]
    }

    private mutating func quotedField() throws -> ArraySlice<UInt8> {
        let start = line
        position += 1
        var field: [UInt8] = []
        while let byte = current {
            position += 1
            if byte == Self.quote {
                guard current == Self.quote else { return field[...] }
                position += 1
            }
            guard byte != 0 else { throw failure("A field holds a zero byte.", "Save the table as UTF-8 text.") }
            if byte == Self.lineFeed { line += 1 }
            field.append(byte)
        }
        line = start
        throw failure("The quote that begins here is never closed.", "Close it, or remove it.")
    }

    private func failure(_ fault: String, _ remedy: String) -> FoveaError {
        FoveaError(.badData, fault, at: .line(line), remedy: remedy)
    }
}
