import FoveaFoundation
import FoveaGraph

/// Text files: a folder with a file for each class, `CLASS.txt`, one text a line, or with folders `train`, `val` and `test` of these;
/// or one file with a text on each line, and after a tab its label.
struct TextFiles {
    private struct ClassFile {
        let path: String
        /// Nil where each line has its own.
        let label: String?
    }

    private let path: String
    private let parts: [DataPart: [ClassFile]]

    static let extensions = ["txt", "tsv"]

    /// Nil when it is no text file.
    init?(file path: String) {
        guard Self.extensions.contains(path.fileExtension) else { return nil }
        self.init(lines: path)
    }

    /// Any file, as lines.
    init(lines path: String) {
        self.path = path
        parts = [.training: [ClassFile(path: path, label: nil)]]
    }

    /// Nil when the folder holds no such files, or files of numbers alone.
    init?(folder: String) throws {
        path = folder
        if let files = try Self.classFiles(in: folder) {
            parts = [.training: files]
            return
        }
        var parts: [DataPart: [ClassFile]] = [:]
        for name in try namesInFolder(folder).sortedByBytes() {
            let path = FoveaFoundation.path(of: name, in: folder)
            guard let part = DataPart(named: name), FileKind(at: path) == .folder else { continue }
            if let files = try Self.classFiles(in: path) { parts[part] = files }
        }
        guard parts[.training] != nil else { return nil }
        self.parts = parts
    }

    /// The `.txt` files of a folder, at least two; nil where there are fewer, or all hold numbers alone.
    private static func classFiles(in folder: String) throws -> [ClassFile]? {
        let names = try namesInFolder(folder).filter { !$0.hasPrefix(".") && $0.fileExtension == "txt" }
        let files = names.sortedByBytes().map {
            ClassFile(path: FoveaFoundation.path(of: $0, in: folder), label: $0.withoutExtension)
        }.filter { FileKind(at: $0.path) == .regularFile }
        guard files.count >= 2, try !files.allSatisfy({ try SequenceFiles.holdsNumbers($0.path) }) else { return nil }
        return files
    }

    /// - Throws: ``FoveaError`` with file and line when a text is not UTF-8, or has no label although labels are asked for.
    func load(_ options: SequenceOptions) throws -> DataSplits {
        var tables: [DataPart: TextTable] = [:]
        for part in DataPart.allCases {
            guard let files = parts[part] else { continue }
            var table = TextTable(options.tokens)
            for file in files { try table.add(file: file.path, label: file.label) }
            tables[part] = table
        }
        guard let training = tables[.training] else { preconditionFailure("there are files to train on") }
        if training.labels.isEmpty, options.requiresLabels, !training.texts.isEmpty {
            throw FoveaError(
                .badData,
                "The texts have no labels: there is no tab on the first line, and it is no series of numbers either.",
                at: .file(path),
                remedy:
                    "End each line with a tab and the label, or give a folder with a file for each class. A UCR file has a "
                    + "number first, and then numbers.")
        }
        let classNames = options.classes?.names ?? training.labels.names.sortedAsClasses()
        let name = (path.pathComponents.last ?? path).withoutExtension
        func set(_ table: TextTable) throws -> TextSet { try table.set(name: name, classNames: classNames, path: path) }
        var splits = DataSplits(
            training: try set(training), validation: try tables[.validation].map(set), test: try tables[.test].map(set))
        splits.notes = DataPart.allCases.flatMap { tables[$0]?.notes(at: path) ?? [] }
        return splits
    }
}
