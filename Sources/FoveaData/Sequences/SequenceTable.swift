import FoveaFoundation
import FoveaGraph

/// Labelled series as one file has them, before the order of the classes is fixed.
struct SequenceTable {
    let path: String
    /// Whether the file has lines; else ``lines`` counts series.
    var hasLines = true
    private(set) var channels = 0
    /// Example after example, each `[channel, step]`.
    private(set) var values: [Float] = []
    private(set) var lengths: [Int] = []
    private(set) var lines: [Int] = []
    private(set) var labels = LabelColumn()
    /// The classes in the order that the file gives them, where it does.
    var declaredClasses: [String]?
    /// What is odd about the file, but does not keep it from being read.
    var notes: [FoveaError] = []

    init(path: String) { self.path = path }

    var count: Int { lengths.count }

    /// Adds a series.
    ///
    /// - Parameter channels: the values of each channel, all of the same number.
    /// - Throws: ``FoveaError`` at its line when it is empty or ragged, has other channels than those before it, or has a label
    ///   although they have none, or none although they have one.
    mutating func add(_ channels: [[Float]], label: String?, line: Int) throws {
        let length = channels.first?.count ?? 0
        guard length > 0 else {
            throw FoveaError(
                .badData, "The series is empty.", at: .line(line), remedy: "Leave out series without values.")
        }
        if let ragged = channels.firstIndex(where: { $0.count != length }) {
            throw FoveaError(
                .badData,
                "Channel \(ragged + 1) has \(channels[ragged].count) values, channel 1 has \(length).", at: .line(line),
                remedy: "Give all channels of a series the same number of values; write ? where one is missing.")
        }
        if lengths.isEmpty { self.channels = channels.count }
        guard channels.count == self.channels else {
            throw FoveaError(
                .badData,
                "The series has \(channels.count) channel\(channels.count == 1 ? "" : "s"), those before it have "
                    + "\(self.channels).", at: .line(line), remedy: "Give all series the same channels.")
        }
        guard lengths.isEmpty || (label == nil) == labels.isEmpty else {
            throw FoveaError(
                .badData, "The series has \(label == nil ? "no" : "a") label, unlike those before it.",
                at: .line(line), remedy: "Give all series a label, or none.")
        }
        for channel in channels { values += channel }
        lengths.append(length)
        lines.append(line)
        if let label { labels.add(label) }
    }

    /// The classes of these series: in the order that the file gives, else numbers by size and then texts by their bytes.
    ///
    /// A class that the file lists and that no series has is left out, with a note.
    mutating func classes() -> [String] {
        guard let declaredClasses else { return labels.names.sortedAsClasses() }
        for name in declaredClasses where !labels.contains(name) {
            notes.append(
                FoveaError(
                    .badData, "The header lists the class \(quoted(name)), which no series has.", at: .file(path)))
        }
        return declaredClasses.filter(labels.contains)
    }

    /// The series with labels that count these classes.
    ///
    /// - Throws: ``FoveaError`` with file and line when a label is none of the classes, or a value is missing where that is
    ///   refused.
    func set(name: String, classNames: [String], missing: MissingValues) throws -> SequenceSet {
        let origins = SequenceOrigins(path: path, lines: lines, areLines: hasLines)
        let labels = try labels.indices(in: classNames, locating: origins.locating)
        let set = try SequenceSet(
            name: name, classNames: labels.isEmpty ? [] : classNames, labels: labels, lengths: lengths,
            steps: .series(values, channels: channels), origins: origins)
        if missing == .refused { try set.expectNoMissingValues() }
        return set
    }
}

extension SequenceSet {
    /// - Throws: ``FoveaError`` that names the first missing value, with file and line where it comes from a file.
    public func expectNoMissingValues() throws {
        guard let channels else { return }
        let incomplete = (0..<count).filter { series(at: $0).contains { $0.isNaN } }
        guard let first = incomplete.first else { return }
        let values = series(at: first)
        let position = (values.firstIndex { $0.isNaN } ?? values.startIndex) - values.startIndex
        let others = incomplete.count > 1 ? "; \(incomplete.count) of \(count) series have missing values" : ""
        let channel = channels > 1 ? " of channel \(position / lengths[first] + 1)" : ""
        let error = FoveaError(
            .badData, "Value \(position % lengths[first] + 1)\(channel) is missing\(others).",
            remedy: "Choose how missing values are filled: `linear`, `zero` or `indicator`.")
        throw origins?.locating(error, at: first) ?? self.error(error, ofExample: first)
    }
}

extension [String] {
    /// Names that are numbers by size, then the others by their bytes.
    func sortedAsClasses() -> [String] {
        map { name in (number: Array<UInt8>(name.utf8).decimalNumber(in: 0..<name.utf8.count), name: name) }
            .sorted { left, right in
                switch (left.number, right.number) {
                case (let first?, let second?) where first != second: first < second
                case (.some, nil): true
                case (nil, .some): false
                default: left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
                }
            }.map(\.name)
    }
}
