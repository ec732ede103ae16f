import FoveaFoundation
import FoveaGraph

/// The lines of a text in memory, which end with LF or CRLF; a byte order mark is skipped.
struct TextLines {
    /// A line that is not empty.
    struct Line: Hashable {
        /// Counted from 1.
        let number: Int
        /// Its bytes, without white space around them.
        let range: Range<Int>
    }

    let bytes: [UInt8]
    private var position: Int
    private var number = 0
    /// The number of empty lines so far.
    private(set) var skippedCount = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
    }

    /// The next line that holds more than white space; nil after the last.
    mutating func next() -> Line? {
        while position < bytes.count {
            let start = position
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
            number += 1
            let range = bytes.trimmed(start..<position)
            position += 1
            if !range.isEmpty { return Line(number: number, range: range) }
            skippedCount += 1
        }
        return nil
    }
}

extension [UInt8] {
    /// The range without spaces, tabs and carriage returns around it.
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, self[start].isBlank { start += 1 }
        while start < end, self[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// The parts of a range between separators, each without blanks around it.
    func fields(_ range: Range<Int>, separator: UInt8) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = range.lowerBound
        for position in range where self[position] == separator {
            fields.append(trimmed(start..<position))
            start = position + 1
        }
        return fields + [trimmed(start..<range.upperBound)]
    }

    /// The words of a range: what stands between blanks.
    func words(_ range: Range<Int>) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var position = range.lowerBound
        while position < range.upperBound {
            let start = position
            while position < range.upperBound, !self[position].isBlank { position += 1 }
            if position > start { words.append(start..<position) }
            position += 1
        }
        return words
    }

    /// The text of a range.
    ///
    /// - Throws: ``FoveaError`` at its line when it is not UTF-8.
    func text(_ range: Range<Int>, line: Int) throws -> String {
        guard let text = String(validating: self[range], as: UTF8.self) else {
            throw FoveaError(
                .badData, "The text is not UTF-8.", at: .line(line), remedy: "Save the file as UTF-8.")
        }
        return text
    }

    /// The text of a range for a message, at most its first 40 bytes.
    func excerpt(_ range: Range<Int>) -> String {
        quoted(String(decoding: self[range.prefix(40)], as: UTF8.self) + (range.count > 40 ? "…" : ""))
    }
}

extension UInt8 {
    /// Whether it is a space, tab or carriage return.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d }
}
