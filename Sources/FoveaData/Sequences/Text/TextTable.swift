import FoveaFoundation
import FoveaGraph

/// Texts as some files have them, before the order of the classes is fixed. A line that repeats a text of the same class is left
/// out, and counted; so is one without tokens.
struct TextTable {
    let kind: TokenKind
    private(set) var texts: [String] = []
    private(set) var labels = LabelColumn()
    private var paths: [String] = []
    private var places: [(file: Int, line: Int)] = []
    private var emptyCount = 0
    private var repeatedCount = 0
    private var known: Set<LabelledText> = []

    private struct LabelledText: Hashable {
        let text: String
        let label: String?
    }

    private let ignoresLabels: Bool

    /// - Parameter ignoresLabels: whether labels are left out, and repeated texts kept.
    init(_ kind: TokenKind, ignoringLabels ignoresLabels: Bool = false) {
        (self.kind, self.ignoresLabels) = (kind, ignoresLabels)
    }

    /// Adds the lines of a file.
    ///
    /// - Parameter label: that of all lines; nil where each may have its own after a tab, which the first line shows.
    /// - Throws: ``FoveaError`` with file and line when a line is not UTF-8, or has no label although the first one has.
    mutating func add(file path: String, label: String?) throws {
        // The bytes, and a text for each line.
        try AvailableMemory.require(
            saturatingProduct(6, min(fileByteCount(at: path) ?? 0, SequenceFiles.maximumByteCount)), for: "its texts")
        let bytes = try readFile(at: path, limit: SequenceFiles.maximumByteCount)
        paths.append(path)
        do {
            try add(bytes, label: label)
        } catch let error as FoveaError where error.place.first != .file(path) {
            throw error.located(at: .file(path))
        }
    }

    private mutating func add(_ bytes: [UInt8], label: String?) throws {
        var lines = TextLines(bytes)
        var isFirst = true
        var isLabelled = false
        while let line = lines.next() {
            let content = try bytes.text(line.range, line: line.number)
            guard label == nil else {
                add(content, label: label, line: line.number)
                continue
            }
            let fields = content.split(separator: "\t", omittingEmptySubsequences: false)
            if isFirst {
                isLabelled = fields.count > 1
                isFirst = false
                if fields.map({ $0.lowercased() }) == ["text", "label"] { continue }
            }
            guard isLabelled else {
                add(content, label: nil, line: line.number)
                continue
            }
            guard fields.count > 1, let own = fields.last.map({ String($0).trimmed }), !own.isEmpty else {
                throw FoveaError(
                    .badData, "The text has no label, unlike that of the first line.", at: .line(line.number),
                    remedy: "End each line with a tab and the label.")
            }
            add(fields.dropLast().joined(separator: "\t").trimmed, label: own, line: line.number)
        }
        emptyCount += lines.skippedCount
    }

    private mutating func add(_ text: String, label: String?, line: Int) {
        guard kind.count(in: text) > 0 else {
            emptyCount += 1
            return
        }
        let label = ignoresLabels ? nil : label
        guard label == nil || known.insert(LabelledText(text: text, label: label)).inserted else {
            repeatedCount += 1
            return
        }
        texts.append(text)
        places.append((paths.count - 1, line))
        if let label { labels.add(label) }
    }

    /// What is odd about the files, but does not keep them from being read.
    func notes(at path: String) -> [FoveaError] {
        func note(_ count: Int, _ fact: String) -> FoveaError? {
            guard count > 0 else { return nil }
            let lines = count == 1 ? "1 line" : "\(count) lines"
            return FoveaError(.badData, "Left out: \(lines) \(fact).", at: .file(path))
        }
        return [
            note(emptyCount, "without text"), note(repeatedCount, "with a text that its class has already"),
        ].compactMap(\.self)
    }

    /// - Throws: ``FoveaError`` when there is no text, or with file and line when a label is none of the classes.
    func set(name: String, classNames: [String], path: String) throws -> TextSet {
        guard !texts.isEmpty else {
            throw FoveaError(
                .badData, "There is no text.", at: .file(path), remedy: "Write one text on each line.")
        }
        let origins = SequenceOrigins(paths: paths, places: places)
        let indices = try labels.indices(in: classNames, locating: origins.locating)
        return try TextSet(
            name: name, classNames: indices.isEmpty ? [] : classNames, labels: indices, texts: texts, tokens: kind,
            origins: origins)
    }
}
