import FoveaFoundation
import FoveaGraph

/// Reads one long series from a `.csv` with one row for each step: a column for each channel, perhaps one called `label` with the class of
/// the step, and perhaps one called `time`, by which rows have to rise. A header may be left out where all columns are channels.
struct LongSeriesCSV {
    let path: String
    let options: SequenceOptions

    private static let timeNames = ["time", "timestamp", "step", "date"]
    private static let labelNames = ["label", "class"]
    /// The most numbers of a forecast: the network has an output for each.
    private static let maximumForecast = 1_000_000

    /// - Throws: ``FoveaError`` with file and line when a row is wrong, the series is shorter than a window, or a channel that is to be
    ///   forecast is none of its.
    func load(_ window: SlidingWindow) throws -> DataSplits {
        try AvailableMemory.require(
            saturatingProduct(6, min(fileByteCount(at: path) ?? 0, SequenceFiles.maximumByteCount)),
            for: "its series")
        do {
            let bytes = try readFile(at: path, limit: SequenceFiles.maximumByteCount)
            let series = try series(of: bytes)
            let forecast = try options.horizon.map {
                try sizedForecast(of: $0, channels: channels(among: series.channelNames))
            }
            let set = try WindowSet(series, window, forecast, hasTargets: options.requiresLabels)
            var splits = DataSplits(training: set)
            splits.notes = notes(series, set)
            return splits
        } catch let error as FoveaError where error.place.first != .file(path) {
            throw error.located(at: .file(path))
        }
    }

    private func series(of bytes: [UInt8]) throws -> WindowSet.Series {
        var reader = CSVReader(bytes, delimiter: CSVReader.likelyDelimiter(of: bytes))
        guard let first = try reader.next() else {
            throw FoveaError(.badData, "The file has no series.", remedy: "Give a row for each step.")
        }
        let isHeader = first.fields.contains { $0.seriesValue == nil }
        var rows = StepRows(first.fields.map { isHeader ? $0.trimmed : "" }, options)
        if !isHeader { try rows.add(first) }
        while let record = try reader.next() {
            try record.expect(first.fields.count)
            try rows.add(record)
        }
        var series = WindowSet.Series(
            name: (path.pathComponents.last ?? path).withoutExtension, values: rows.channels.flatMap { $0 },
            channelNames: rows.channelNames, lines: rows.lines)
        // Classes are not asked for where steps are.
        if options.horizon == nil {
            series.classNames = options.classes?.names ?? rows.labels.names.sortedAsClasses()
            let origins = SequenceOrigins(path: path, lines: rows.lines)
            series.stepLabels = try rows.labels.indices(in: series.classNames, locating: origins.locating)
            if series.stepLabels.isEmpty { series.classNames = [] }
        } else {
            series.hasUnusedLabels = !rows.labels.isEmpty
        }
        return series
    }

    private func sizedForecast(of horizon: Int, channels: [Int]) throws -> Forecast {
        guard saturatingProduct(channels.count, horizon) <= Self.maximumForecast else {
            throw FoveaError(
                .usage, "A forecast of \(horizon) steps of \(channels.count) channels has more than a million numbers.",
                remedy: "Forecast fewer steps, or fewer channels.")
        }
        return Forecast(channels: channels, horizon: horizon)
    }

    /// The indices of the channels that are to be forecast.
    private func channels(among names: [String]) throws -> [Int] {
        switch options.forecastChannels {
        case .all: return Array(names.indices)
        case .indices(let indices):
            guard let wrong = indices.first(where: { !names.indices.contains($0) }) else { return indices }
            throw FoveaError(
                .badData, "The model forecasts channel \(wrong + 1), and the file has \(names.count).",
                remedy: "Use a series with the same channels.")
        case .named(let wanted):
            let indices = try wanted.map { try channel($0, among: names) }
            if let twice = indices.indices.first(where: { indices[..<$0].contains(indices[$0]) }) {
                throw FoveaError(
                    .usage, "The channel \(quoted(wanted[twice])) is to be forecast twice.",
                    remedy: "Name it once.")
            }
            return indices
        }
    }

    private func channel(_ name: String, among names: [String]) throws -> Int {
        if let index = names.firstIndex(where: { $0.lowercased() == name.lowercased() }) { return index }
        if let number = Int(name), (1...names.count).contains(number) { return number - 1 }
        let hint = nearestName(to: name, among: names).map { " Did you mean \(quoted($0))?" } ?? ""
        let known = names.prefix(10).map(quoted).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
        throw FoveaError(
            .usage, "The channel \(quoted(name)) is none of the \(names.count): \(known).",
            remedy: "Name a channel, or give its position, from 1 on.\(hint)")
    }

    private func notes(_ series: WindowSet.Series, _ set: WindowSet) -> [FoveaError] {
        var notes: [FoveaError] = []
        if series.hasUnusedLabels {
            notes.append(
                FoveaError(.badData, "The labels are not used: a forecast has none.", at: .file(path)))
        }
        if set.withoutAnswer > 0 {
            notes.append(
                FoveaError(
                    .badData,
                    "\(set.withoutAnswer) of \(set.withoutAnswer + set.count) windows left out: a step to forecast after it is missing.",
                    at: .file(path)))
        }
        return notes
    }

    /// The rows of the steps.
    private struct StepRows {
        private(set) var channels: [[Float]]
        private(set) var labels = LabelColumn()
        private(set) var lines: [Int] = []
        /// The names of the channels: those of the header, or `channel 1` and so on.
        let channelNames: [String]
        private let columns: [Int]
        private let label: Int?
        private let time: Int?
        private let refusesMissing: Bool
        private var last: (moment: Double?, text: String)?

        init(_ names: [String], _ options: SequenceOptions) {
            let lowercased = names.map { $0.lowercased() }
            let (label, time) = (lowercased.position(of: labelNames), lowercased.position(of: timeNames))
            (self.label, self.time) = (label, time)
            let columns = names.indices.filter { $0 != label && $0 != time }
            self.columns = columns
            channels = Array(repeating: [], count: columns.count)
            channelNames = columns.enumerated().map { position, column in
                let (name, number) = (names[column], position + 1)
                let isOwn = columns.count { names[$0] == name } == 1
                return isOwn && !name.isEmpty ? name : "\(name.isEmpty ? "" : "\(name), ")channel \(number)"
            }
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
