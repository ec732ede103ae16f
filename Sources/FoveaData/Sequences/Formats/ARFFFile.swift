import FoveaFoundation
import FoveaGraph

/// Reads `.arff` files of series: a header of `@attribute` lines, and after `@data` a line for each series, its class last.
///
/// With one channel each step is a numeric attribute. With several, the first attribute is relational: a quoted text with the values of
/// a channel between commas, and the two characters `\n` between channels. Lines that begin with `%` are comments, `?` is a missing
/// value; steps at the end that no channel has make a series shorter.
struct ARFFFile {
    private let bytes: [UInt8]
    private var header = ARFFHeader()

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// - Throws: ``FoveaError`` at the line that is wrong.
    mutating func read(into table: inout SequenceTable) throws {
        var lines = TextLines(bytes)
        while !header.isComplete {
            guard let line = lines.next() else {
                throw FoveaError(
                    .badData, "The file has no line `@data`.",
                    remedy: "Put `@data` between the header and the series, or copy the file again.")
            }
            if bytes[line.range.lowerBound] != UInt8(ascii: "%") { try header.read(line, of: bytes) }
        }
        table.declaredClasses = header.classNames
        while let line = lines.next() {
            if bytes[line.range.lowerBound] != UInt8(ascii: "%") { try add(line, to: &table) }
        }
    }

    private func add(_ line: TextLines.Line, to table: inout SequenceTable) throws {
        guard bytes[line.range.lowerBound] != UInt8(ascii: "{") else {
            throw FoveaError(
                .badData, "The series is written sparsely, in braces.", at: .line(line.number),
                remedy: "Write all values of a series.")
        }
        let fields = try fields(of: line.range, line: line.number)
        let expected = header.isMultivariate ? 2 : header.steps + 1
        guard fields.count == expected, let last = fields.last else {
            throw FoveaError(
                .badData, "The line has \(fields.count) values, the header has \(expected) attributes.",
                at: .line(line.number), remedy: "Give a value for each attribute, ? where one is missing.")
        }
        let label = try header.className(try bytes.text(unquoted(last), line: line.number), line: line.number)
        var channels: [[Float]]
        if header.isMultivariate {
            channels = try relation(unquoted(fields[0]), line: line.number)
        } else {
            channels = [
                try fields.dropLast().enumerated().map {
                    try bytes.value(unquoted($1), number: $0 + 1, line: line.number)
                }
            ]
        }
        while !channels[0].isEmpty, channels.allSatisfy({ $0.last?.isNaN == true }) {
            for channel in channels.indices { channels[channel].removeLast() }
        }
        try table.add(channels, label: label, line: line.number)
    }

    /// The channels of a relational value.
    private func relation(_ range: Range<Int>, line: Int) throws -> [[Float]] {
        var ranges: [Range<Int>] = []
        var start = range.lowerBound
        var position = start
        while position < range.upperBound {
            guard bytes[position] == Self.backslash, position + 1 < range.upperBound,
                bytes[position + 1] == UInt8(ascii: "n")
            else {
                position += 1
                continue
            }
            ranges.append(start..<position)
            position += 2
            start = position
        }
        ranges.append(start..<range.upperBound)
        return try ranges.enumerated().map { channel, range in
            let fields = bytes.fields(range, separator: UInt8(ascii: ","))
            guard fields.count == header.steps else {
                throw FoveaError(
                    .badData,
                    "Channel \(channel + 1) has \(fields.count) values, the header has \(header.steps) steps.",
                    at: .line(line), remedy: "Give all channels a value for each step, ? where one is missing.")
            }
            return try fields.enumerated().map {
                try bytes.value($1, number: $0 + 1, channel: ranges.count > 1 ? channel + 1 : nil, line: line)
            }
        }
    }

    private static let backslash = UInt8(ascii: "\\")

    /// The values between commas that are not within quotes.
    private func fields(of range: Range<Int>, line: Int) throws -> [Range<Int>] {
        var (fields, start, quote) = ([Range<Int>](), range.lowerBound, UInt8?.none)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            if let open = quote {
                if byte == Self.backslash { position += 1 } else if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: ",") {
                fields.append(bytes.trimmed(start..<position))
                start = position + 1
            }
            position += 1
        }
        guard quote == nil else {
            throw FoveaError(
                .badData, "A quote is not closed.", at: .line(line),
                remedy: "Close it on the same line; channels are divided by the two characters \\n.")
        }
        return fields + [bytes.trimmed(start..<range.upperBound)]
    }

    private func unquoted(_ range: Range<Int>) -> Range<Int> { bytes.withoutQuotes(range) }
}

extension [UInt8] {
    /// The range without the quotes around it, where there are some.
    func withoutQuotes(_ range: Range<Int>) -> Range<Int> {
        guard range.count >= 2, let first = self[range].first, first == self[range.upperBound - 1],
            first == UInt8(ascii: "'") || first == UInt8(ascii: "\"")
        else { return range }
        return range.lowerBound + 1..<range.upperBound - 1
    }
}
