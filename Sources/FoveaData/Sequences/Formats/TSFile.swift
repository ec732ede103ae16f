import FoveaFoundation
import FoveaGraph

/// Reads `.ts` files, the format of the UEA archive, sktime and aeon: a header of `@name value` lines, and after `@data` a line for
/// each series, its channels separated by colons, their values by commas, its label last.
///
/// Lines that begin with `#` are comments. With time stamps a value is `(time,value)`; the order of the values counts, not the
/// times. Where header and data disagree about sizes, the data count, and a note says so.
struct TSFile {
    private let bytes: [UInt8]
    private var header = TSHeader()

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
            try header.read(line, of: bytes)
        }
        if header.classNames?.isEmpty == false { table.declaredClasses = header.classNames }
        while let line = lines.next() {
            if bytes[line.range.lowerBound] == UInt8(ascii: "#") { continue }
            try add(line, to: &table)
        }
        table.notes += header.contradictions(with: table, hasTimeStamps: hasTimeStamps)
    }

    /// Whether a value had a time stamp.
    private var hasTimeStamps = false

    private mutating func add(_ line: TextLines.Line, to table: inout SequenceTable) throws {
        var fields = try fields(line)
        var label: String?
        if header.hasLabels {
            guard fields.count > 1, let last = fields.popLast(), !last.isEmpty else {
                throw FoveaError(
                    .badData, "The series has no label.", at: .line(line.number),
                    remedy: "End each line with a colon and the label, or write `@classLabel false` into the header.")
            }
            label = try header.className(try bytes.text(last, line: line.number), line: line.number)
        }
        var channels: [[Float]] = []
        for field in fields {
            channels.append(
                try values(
                    field, channel: fields.count > 1 ? channels.count + 1 : nil, line: line.number,
                    expecting: channels.first?.count ?? 0))
        }
        try table.add(channels, label: label, line: line.number)
    }

    /// What stands between colons that are not within parentheses.
    private func fields(_ line: TextLines.Line) throws -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = line.range.lowerBound
        var isWithinParentheses = false
        for position in line.range {
            switch bytes[position] {
            case UInt8(ascii: ":") where !isWithinParentheses:
                fields.append(bytes.trimmed(start..<position))
                start = position + 1
            case UInt8(ascii: "("): isWithinParentheses = true
            case UInt8(ascii: ")"): isWithinParentheses = false
            default: break
            }
        }
        guard !isWithinParentheses else {
            throw FoveaError(
                .badData, "A parenthesis is not closed.", at: .line(line.number),
                remedy: "Write values with time stamps as (time,value).")
        }
        return fields + [bytes.trimmed(start..<line.range.upperBound)]
    }

    /// The values of a channel; a comma at its end stands for nothing.
    private mutating func values(_ range: Range<Int>, channel: Int?, line: Int, expecting count: Int) throws -> [Float]
    {
        if !range.isEmpty, bytes[range.lowerBound] == UInt8(ascii: "(") {
            hasTimeStamps = true
            return try timedValues(range, channel: channel, line: line)
        }
        var values: [Float] = []
        values.reserveCapacity(count)
        var start = range.lowerBound
        while start < range.upperBound {
            var end = start
            while end < range.upperBound, bytes[end] != UInt8(ascii: ",") { end += 1 }
            values.append(
                try bytes.value(bytes.trimmed(start..<end), number: values.count + 1, channel: channel, line: line))
            start = end + 1
        }
        return values
    }

    /// `(time,value),(time,value)`; the time may hold anything but parentheses.
    private func timedValues(_ range: Range<Int>, channel: Int?, line: Int) throws -> [Float] {
        var values: [Float] = []
        var position = range.lowerBound
        func skipBlanks() { while position < range.upperBound, bytes[position].isBlank { position += 1 } }
        while position < range.upperBound {
            guard bytes[position] == UInt8(ascii: "("),
                let end = bytes[position..<range.upperBound].firstIndex(of: UInt8(ascii: ")")),
                let comma = bytes[position..<end].lastIndex(of: UInt8(ascii: ","))
            else {
                throw FoveaError(
                    .badData,
                    "Value \(values.count + 1)\(channel.map { " of channel \($0)" } ?? "") has no time stamp, unlike those before it.",
                    at: .line(line), remedy: "Write values with time stamps as (time,value).")
            }
            let field = bytes.trimmed(comma + 1..<end)
            values.append(try bytes.value(field, number: values.count + 1, channel: channel, line: line))
            position = end + 1
            skipBlanks()
            if position < range.upperBound, bytes[position] == UInt8(ascii: ",") { position += 1 }
            skipBlanks()
        }
        return values
    }
}
