import FoveaFoundation
import FoveaGraph

/// Reads `.csv` files of series, in one of two forms.
///
/// *Long*: a header with the columns `id` and `time`, perhaps `label`, and a column for each channel; one row for each step. Rows of
/// the same `id` are a series, in the order of their times; how far times are apart does not count.
///
/// *Wide*: one row for each series of one channel. Where the header has a column `label`, that is its class, else the last column is.
/// A header is needed only for the former. Cells that are empty at the end of a row make the series shorter.
///
/// Columns stand between commas, semicolons or tabs. An empty cell, `?` and `NaN` are missing values.
struct SeriesCSV {
    private let bytes: [UInt8]
    private let delimiter: UInt8

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        delimiter = CSVReader.likelyDelimiter(of: bytes)
    }

    private static let idNames = ["id"]
    private static let timeNames = ["time", "timestamp", "step"]
    private static let labelNames = ["label", "class"]

    /// Whether a text begins as such a file: as one of the long form, or with rows of numbers.
    static func begins(_ bytes: [UInt8]) -> Bool {
        let file = SeriesCSV(bytes)
        var reader = CSVReader(bytes, delimiter: file.delimiter)
        // A series has two steps at least, and a class.
        guard let first = try? reader.next(), first.fields.count > 2 else { return false }
        let names = first.names
        if names.contains("path"), names.contains("label") { return false }
        if LongColumns(names) != nil || names.position(of: labelNames) != nil { return true }
        guard first.isHeader else { return true }
        guard let second = try? reader.next(), second.fields.count == first.fields.count else { return false }
        return second.fields.dropLast().allSatisfy { $0.seriesValue != nil }
    }

    /// - Throws: ``FoveaError`` at the line that is wrong.
    func read(into table: inout SequenceTable) throws {
        var reader = CSVReader(bytes, delimiter: delimiter)
        guard let first = try reader.next() else { return }
        if let columns = LongColumns(first.names) {
            try readLong(&reader, columns, names: first.fields, into: &table)
        } else {
            try readWide(&reader, first, into: &table)
        }
    }

    // MARK: Wide

    private func readWide(
        _ reader: inout CSVReader, _ first: CSVReader.Record, into table: inout SequenceTable
    ) throws {
        let isHeader = first.isHeader
        let label = (isHeader ? first.names.position(of: Self.labelNames) : nil) ?? first.fields.count - 1
        if !isHeader { try addWide(first, label: label, into: &table) }
        while let record = try reader.next() {
            try record.expect(first.fields.count)
            try addWide(record, label: label, into: &table)
        }
    }

    private func addWide(_ record: CSVReader.Record, label: Int, into table: inout SequenceTable) throws {
        var values: [Float] = []
        values.reserveCapacity(record.fields.count - 1)
        for (column, field) in record.fields.enumerated() where column != label {
            values.append(try field.value(number: values.count + 1, line: record.line))
        }
        while values.last?.isNaN == true { values.removeLast() }
        let name = record.fields[label].trimmed
        try table.add([values], label: name.isEmpty ? nil : name, line: record.line)
    }

    // MARK: Long

    /// Where the header of the long form has its columns.
    private struct LongColumns {
        let id: Int
        let time: Int
        let label: Int?
        let channels: [Int]

        init?(_ names: [String]) {
            guard let id = names.position(of: idNames), let time = names.position(of: timeNames) else { return nil }
            (self.id, self.time) = (id, time)
            let label = names.position(of: labelNames)
            self.label = label
            channels = names.indices.filter { $0 != id && $0 != time && $0 != label }
        }
    }

    private struct Step {
        let line: Int
        let time: String
        /// The time where it is a number.
        let moment: Double?
        let values: [Float]
    }

    private struct LongSeries {
        var label: String?
        var steps: [Step] = []
    }

    private func readLong(
        _ reader: inout CSVReader, _ columns: LongColumns, names: [String], into table: inout SequenceTable
    ) throws {
        guard !columns.channels.isEmpty else {
            throw FoveaError(
                .badData, "The header has no column for a channel.", at: .line(1),
                remedy: "Give a column of numbers besides `id`, `time` and `label`.")
        }
        var positionOf: [String: Int] = [:]
        var all: [LongSeries] = []
        while let record = try reader.next() {
            try record.expect(names.count)
            let id = record.fields[columns.id].trimmed
            let label = columns.label.map { record.fields[$0].trimmed }.flatMap { $0.isEmpty ? nil : $0 }
            let position = positionOf[id] ?? all.count
            if position == all.count {
                positionOf[id] = position
                all.append(LongSeries(label: label))
            }
            guard all[position].label == label else {
                throw FoveaError(
                    .badData,
                    "The series \(quoted(id)) has the label \(quoted(label ?? "")), and \(quoted(all[position].label ?? "")) before.",
                    at: .line(record.line), remedy: "Give all rows of a series the same label.")
            }
            let time = record.fields[columns.time].trimmed
            let values = try columns.channels.enumerated().map { channel, column in
                try record.fields[column].value(
                    number: all[position].steps.count + 1, channel: columns.channels.count > 1 ? channel + 1 : nil,
                    line: record.line)
            }
            let bytes = Array(time.utf8)
            all[position].steps.append(
                Step(
                    line: record.line, time: time, moment: bytes.decimalNumber(in: 0..<bytes.count), values: values))
        }
        for (id, position) in positionOf.sorted(by: { $0.value < $1.value }) {
            let series = all[position]
            let steps = try ordered(series.steps, of: id)
            let channels = columns.channels.indices.map { channel in steps.map { $0.values[channel] } }
            try table.add(channels, label: series.label, line: series.steps[0].line)
        }
    }

    /// The steps in the order of their times: numbers by size, else texts by their bytes, as dates are written.
    ///
    /// - Throws: ``FoveaError`` at the line of a time that the series has already.
    private func ordered(_ steps: [Step], of id: String) throws -> [Step] {
        let areNumbers = steps.allSatisfy { $0.moment != nil }
        let sorted = steps.sorted { first, second in
            if areNumbers, let one = first.moment, let other = second.moment, one != other { return one < other }
            if !areNumbers, first.time != second.time {
                return first.time.utf8.lexicographicallyPrecedes(second.time.utf8)
            }
            return first.line < second.line
        }
        for (step, next) in zip(sorted, sorted.dropFirst())
        where areNumbers ? step.moment == next.moment : step.time == next.time {
            throw FoveaError(
                .badData, "The series \(quoted(id)) has the time \(quoted(next.time)) already, on line \(step.line).",
                at: .line(next.line), remedy: "Give each step of a series a time of its own.")
        }
        return sorted
    }
}

extension CSVReader {
    /// Comma, semicolon or tab, whichever divides the first record into most fields.
    static func likelyDelimiter(of bytes: [UInt8]) -> UInt8 {
        var best = (delimiter: UInt8(ascii: ","), count: 0)
        for delimiter in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
            var reader = CSVReader(bytes, delimiter: delimiter)
            let count = (try? reader.next())?.fields.count ?? 0
            if count > best.count { best = (delimiter, count) }
        }
        return best.delimiter
    }
}

extension CSVReader.Record {
    /// The fields as names of columns.
    var names: [String] { fields.map { $0.trimmed.lowercased() } }

    /// Whether it can only be a header: a field but the last is no value, or the last names the column of the classes.
    fileprivate var isHeader: Bool {
        fields.dropLast().contains { $0.seriesValue == nil } || names.last.map(["label", "class"].contains) == true
    }

    /// - Throws: ``FoveaError`` at its line when it has another number of fields.
    func expect(_ count: Int) throws {
        guard fields.count != count else { return }
        throw FoveaError(
            .badData, "The row has \(fields.count) fields, the first has \(count).", at: .line(line),
            remedy: "Give all rows the same columns; leave cells empty where values are missing.")
    }
}

extension [String] {
    /// The position of the first of some names that is there.
    func position(of names: [String]) -> Int? { names.lazy.compactMap { firstIndex(of: $0) }.first }
}

extension String {
    /// The value of a cell; NaN where it is missing. Nil where it is none.
    var seriesValue: Float? {
        let bytes = Array(utf8)
        let range = bytes.trimmed(0..<bytes.count)
        return range.isEmpty ? .nan : bytes.seriesValue(in: range)
    }

    /// - Throws: as `[UInt8].value`.
    func value(number: Int, channel: Int? = nil, line: Int) throws -> Float {
        if let value = seriesValue { return value }
        let bytes = Array(utf8)
        return try bytes.value(bytes.trimmed(0..<bytes.count), number: number, channel: channel, line: line)
    }
}
