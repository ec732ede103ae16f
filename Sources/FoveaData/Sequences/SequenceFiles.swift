import FoveaFoundation
import FoveaGraph

/// One file of labelled series, or a pair of them: a training and a test part.
struct SequenceFiles {
    /// The formats that are told by a file's extension, and its content where several share it.
    enum Format: String, CaseIterable {
        case ts, ucr, arff, csv, npz
    }

    let name: String
    let format: Format
    let training: String
    let test: String?

    private static let marks = (training: "_TRAIN", test: "_TEST")
    /// The largest file that is read.
    static let maximumByteCount = 4 << 30
    /// The number of bytes by which a file's format is told.
    private static let beginningByteCount = 1 << 16

    /// Nil when it is no file of series.
    init?(file path: String) throws {
        guard let format = try Self.format(of: path) else { return nil }
        self.format = format
        training = path
        let file = path.pathComponents.last ?? path
        let stem = file.withoutExtension
        name = stem.hasSuffix(Self.marks.training) ? String(stem.dropLast(Self.marks.training.count)) : stem
        let partner = file.replacing("\(Self.marks.training).", with: "\(Self.marks.test).")
        let test = FoveaFoundation.path(of: partner, in: parentFolder(of: path))
        self.test =
            stem.hasSuffix(Self.marks.training) && FileKind(at: test) == .regularFile ? test : nil
    }

    /// Nil when there is no pair in the folder.
    ///
    /// - Throws: ``FoveaError`` when there are several.
    init?(folder: String) throws {
        let names = try namesInFolder(folder)
        let pairs = names.filter { name in
            let stem = name.withoutExtension
            return stem.hasSuffix(Self.marks.training)
                && FileKind(at: FoveaFoundation.path(of: name, in: folder)) == .regularFile
        }
        guard pairs.count < 2 else {
            throw FoveaError(
                .badData,
                "The folder \(quoted(folder)) holds several training files: \(pairs.prefix(5).map(quoted).joined(separator: ", ")).",
                remedy: "Give the one that you mean.")
        }
        guard let name = pairs.first else { return nil }
        try self.init(file: FoveaFoundation.path(of: name, in: folder))
    }

    private static func format(of path: String) throws -> Format? {
        switch path.fileExtension {
        case "ts": return .ts
        case "arff": return .arff
        case "npz": return .npz
        case "csv": return try SeriesCSV.begins(beginning(of: path)) ? .csv : nil
        case "txt", "tsv": return try holdsNumbers(path) ? .ucr : nil
        default: return nil
        }
    }

    /// Whether a file begins as those of the UCR archive do: with a line of numbers.
    static func holdsNumbers(_ path: String) throws -> Bool { UCRFile.begins(try beginning(of: path)) }

    /// The bytes by which a file's format is told, without a field that is cut off: it would be another one.
    private static func beginning(of path: String) throws -> [UInt8] {
        var file = try FileReader(path: path)
        var beginning = try file.read(upTo: beginningByteCount)
        if beginning.count < file.size,
            let end = beginning.lastIndex(where: { $0.isBlank || [0x2c, 0x3b, 0x0a].contains($0) })
        {
            beginning.removeSubrange(end...)
        }
        return beginning
    }

    func load(_ options: SequenceOptions) throws -> DataSplits {
        var first = try table(training, .training)
        let classNames = options.classes?.names ?? first.classes()
        var splits = DataSplits(
            training: try first.set(name: name, classNames: classNames, missing: options.missing))
        splits.notes = first.notes
        guard let test = try test ?? testWithin() else { return splits }
        let second = try table(test, .test)
        guard second.channels == first.channels else {
            throw FoveaError(
                .badData,
                "\(quoted(test)) has series of \(second.channels) channels, \(quoted(training)) of \(first.channels).",
                remedy: "Use training and test files of the same set.")
        }
        guard second.labels.isEmpty == first.labels.isEmpty else {
            throw FoveaError(
                .badData, "Only one of \(quoted(training)) and \(quoted(test)) has labels.",
                remedy: "Use training and test files of the same set.")
        }
        splits.test = try second.set(name: name, classNames: classNames, missing: options.missing)
        splits.notes += second.notes
        return splits
    }

    /// The file itself where it holds a test part too.
    private func testWithin() throws -> String? {
        guard format == .npz else { return nil }
        return try NPZFile(readFile(at: training, limit: Self.maximumByteCount)).hasTest ? training : nil
    }

    /// - Throws: ``FoveaError`` with the file and the line that is wrong.
    func table(_ path: String, _ part: DataPart) throws -> SequenceTable {
        // The bytes, and a number of 4 bytes for at least 2 of them.
        try AvailableMemory.require(
            saturatingProduct(4, min(fileByteCount(at: path) ?? 0, Self.maximumByteCount)), for: "its series")
        let bytes = try readFile(at: path, limit: Self.maximumByteCount)
        var table = SequenceTable(path: path)
        do {
            switch format {
            case .ts:
                var file = TSFile(bytes)
                try file.read(into: &table)
            case .ucr: try UCRFile(bytes).read(into: &table)
            case .arff:
                var file = ARFFFile(bytes)
                try file.read(into: &table)
            case .csv: try SeriesCSV(bytes).read(into: &table)
            case .npz:
                table.hasLines = false
                try NPZFile(bytes).read(part, into: &table)
            }
            guard table.count > 0 else {
                throw FoveaError(.badData, "The file has no series.", remedy: "Copy or download it again.")
            }
        } catch let error as FoveaError where error.place.first != .file(path) {
            throw error.located(at: .file(path))
        }
        return table
    }
}

extension String {
    /// A file's name without its extension.
    var withoutExtension: String {
        guard let point = utf8.lastIndex(of: UInt8(ascii: ".")), point > startIndex else { return self }
        return String(self[..<point])
    }
}
