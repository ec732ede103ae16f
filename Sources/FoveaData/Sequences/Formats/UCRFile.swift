import FoveaFoundation
import FoveaGraph

/// Reads the `.txt` and `.tsv` files of the UCR archive: a line for each series, its label first, a number, and then its values.
///
/// Numbers stand between blanks or commas. Missing values are NaN; those at the end make the series shorter. The name of a class
/// is its label in the shortest form: `2` for `2.0000000e+00`.
struct UCRFile {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether a text's first line has a number and after it nothing but values.
    static func begins(_ bytes: [UInt8]) -> Bool {
        var lines = TextLines(bytes)
        guard let line = lines.next(), let fields = try? UCRFile(bytes).fields(line), fields.count > 1 else {
            return false
        }
        return bytes.decimalNumber(in: fields[0]) != nil && fields.allSatisfy { bytes.seriesValue(in: $0) != nil }
    }

    /// - Throws: ``FoveaError`` at the line that is wrong.
    func read(into table: inout SequenceTable) throws {
        var lines = TextLines(bytes)
        while let line = lines.next() {
            let fields = try fields(line)
            guard let label = bytes.decimalNumber(in: fields[0]) else {
                throw FoveaError(
                    .badData, "The label \(bytes.excerpt(fields[0])) is no number.", at: .line(line.number),
                    remedy: "Each line of a UCR file begins with the number of the class.")
            }
            var values: [Float] = []
            values.reserveCapacity(fields.count - 1)
            for field in fields.dropFirst() {
                values.append(try bytes.value(field, number: values.count + 1, line: line.number))
            }
            while values.last?.isNaN == true { values.removeLast() }
            try table.add([values], label: label.className, line: line.number)
        }
    }

    /// The numbers of a line, between blanks or commas; a comma at the end stands for nothing.
    private func fields(_ line: TextLines.Line) throws -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var position = line.range.lowerBound
        let end = line.range.upperBound
        while position < end {
            let start = position
            while position < end, !bytes[position].isBlank, bytes[position] != UInt8(ascii: ",") { position += 1 }
            guard position > start else {
                throw FoveaError(
                    .badData, "Field \(fields.count + 1) is empty.", at: .line(line.number),
                    remedy: "Write NaN where a value is missing.")
            }
            fields.append(start..<position)
            while position < end, bytes[position].isBlank { position += 1 }
            if position < end, bytes[position] == UInt8(ascii: ",") { position += 1 }
            while position < end, bytes[position].isBlank { position += 1 }
        }
        return fields
    }
}

extension [UInt8] {
    /// The value of a series that a range spells.
    ///
    /// - Parameters:
    ///   - number: the position of the value in its channel, counted from 1, for the error.
    ///   - channel: that of the channel, where there are several.
    /// - Throws: ``FoveaError`` at the line when it is no value.
    func value(_ range: Range<Int>, number: Int, channel: Int? = nil, line: Int) throws -> Float {
        if let value = seriesValue(in: range) { return value }
        let place = channel.map { " of channel \($0)" } ?? ""
        let fault = range.isEmpty ? "is empty" : "is \(excerpt(range)), which is no number that fits 32 bits"
        throw FoveaError(
            .badData, "Value \(number)\(place) \(fault).", at: .line(line),
            remedy: "Write decimal numbers, and ? or NaN where a value is missing.")
    }
}

extension Double {
    /// The name of the class that a number stands for: whole numbers without a point.
    var className: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
