import FoveaFoundation
import FoveaGraph

/// Reads one long series from a `.csv` with one row for each step: a column for each channel, perhaps one called `label` with the class of
/// the step, and perhaps one called `time`, by which rows have to rise. A header may be left out where all columns are channels.
struct LongSeriesCSV {
    let path: String
    let options: SequenceOptions

    private static let timeNames = ["time", "timestamp", "step", "date"]
    private static let labelNames = ["label", "class"]

    /// - Throws: ``FoveaError`` with file and line when a row is wrong, or the series is shorter than a window.
    func load(_ window: SlidingWindow) throws -> DataSplits {
        try AvailableMemory.require(
            saturatingProduct(6, min(fileByteCount(at: path) ?? 0, SequenceFiles.maximumByteCount)),
            for: "its series")
        do {
            let bytes = try readFile(at: path, limit: SequenceFiles.maximumByteCount)
            return DataSplits(training: try set(of: bytes, window))
        } catch let error as FoveaError where error.place.first != .file(path) {
            throw error.located(at: .file(path))
        }
    }

    private func set(of bytes: [UInt8], _ window: SlidingWindow) throws -> WindowSet {
        var reader = CSVReader(bytes, delimiter: CSVReader.likelyDelimiter(of: bytes))
        guard let first = try reader.next() else {
            throw FoveaError(.badData, "The file has no series.", remedy: "Give a row for each step.")
        }
        let isHeader = first.fields.contains { $0.seriesValue == nil }
        var rows = StepRows(isHeader ? first.names : first.fields.map { _ in "" }, options)
        if !isHeader { try rows.add(first) }
        while let record = try reader.next() {
            try record.expect(first.fields.count)
            try rows.add(record)
        }
        let classNames = options.classes?.names ?? rows.labels.names.sortedAsClasses()
        let origins = SequenceOrigins(path: path, lines: rows.lines)
        let labels = try rows.labels.indices(in: classNames, locating: origins.locating)
        return try WindowSet(
            name: (path.pathComponents.last ?? path).withoutExtension, classNames: labels.isEmpty ? [] : classNames,
            stepLabels: labels, values: rows.channels.flatMap { $0 }, channels: rows.channels.count, lines: rows.lines,
            window: window)
    }

    /// The rows of the steps.
    private struct StepRows {
        private(set) var channels: [[Float]]
        private(set) var labels = LabelColumn()
        private(set) var lines: [Int] = []
        private let columns: [Int]
        private let label: Int?
        private let time: Int?
        private let refusesMissing: Bool
        private var last: (moment: Double?, text: String)?

        init(_ names: [String], _ options: SequenceOptions) {
            let (label, time) = (names.position(of: labelNames), names.position(of: timeNames))
            (self.label, self.time) = (label, time)
            columns = names.indices.filter { $0 != label && $0 != time }
            channels = Array(repeating: [], count: columns.count)
            refusesMissing = options.missing == .refused
        }

        mutating func add(_ record: CSVReader.Record) throws {
            guard !columns.isEmpty else {
                throw FoveaError(
                    .badData, "The header has no column for a channel.", at: .line(1),
                    remedy: "Give a column of numbers besides `time` and `label`.")
            }
            for (channel, column) in columns.enumerated() {
                let value = try record.fields[column].value(
                    number: channel + 1, channel: nil, line: record.line)
                guard !(value.isNaN && refusesMissing) else {
                    throw FoveaError(
                        .badData, "The value of channel \(channel + 1) is missing.", at: .line(record.line),
                        remedy: "Choose how missing values are filled: `linear`, `zero` or `indicator`.")
                }
                channels[channel].append(value)
            }
            if let time { try check(record.fields[time].trimmed, line: record.line) }
            if let label {
                let name = record.fields[label].trimmed
                guard !name.isEmpty else {
                    throw FoveaError(
                        .badData, "The step has no label.", at: .line(record.line),
                        remedy: "Give each step a label, or leave the column out.")
                }
                labels.add(name)
            }
            lines.append(record.line)
        }

        /// Throws when a time does not rise: numbers by size, texts, as dates are written, by their bytes.
        private mutating func check(_ time: String, line: Int) throws {
            let bytes = Array(time.utf8)
            let moment = bytes.decimalNumber(in: 0..<bytes.count)
            if let last {
                let rises =
                    if let before = last.moment, let moment { before < moment } else {
                        last.text.utf8.lexicographicallyPrecedes(time.utf8)
                    }
                guard rises else {
                    throw FoveaError(
                        .badData, "The time \(quoted(time)) does not come after \(quoted(last.text)).", at: .line(line),
                        remedy: "Sort the rows by time, and give each step a time of its own.")
                }
            }
            last = (moment, time)
        }
    }
}
