import FoveaFoundation
import FoveaGraph

/// A table of image files with their classes: a CSV of `path,label` with a header, and perhaps a column `split` of `train`,
/// `val` and `test`, as it is found. Other columns are ignored.
///
/// Paths are relative to the table's folder and stay within it: they are neither absolute nor hold `..`. The delimiter is a
/// comma, semicolon or tab, whichever gives the header these columns.
struct PathTable {
    struct Row {
        let line: Int
        /// The path as it can be opened.
        let path: String
        let label: String
        let part: DataPart
    }

    let path: String
    let rows: [Row]
    /// What is wrong with other rows, each with its line.
    let refusals: [FoveaError]
    var folder: String { parentFolder(of: path) }

    /// The largest table that is read: 256 MiB.
    private static let maximumByteCount = 256 << 20

    /// - Throws: ``FoveaError`` that names the file when it cannot be read, or its header is not one of such a table.
    init(path: String) throws {
        self.path = path
        let text = try readFile(at: path, limit: Self.maximumByteCount)
        do {
            let columns = try Columns(of: text)
            var reader = CSVReader(text, delimiter: columns.delimiter)
            var check = RowCheck(columns, folder: parentFolder(of: path))
            do {
                _ = try reader.next()
                while let record = try reader.next() { check.add(record) }
            } catch let error as FoveaError {
                check.refusals.append(error)
            }
            rows = check.rows
            refusals = check.refusals.map { $0.located(at: .file(path)) }
            guard !rows.isEmpty || !refusals.isEmpty else {
                throw FoveaError(
                    .badData, "The table has a header and no rows.",
                    remedy: "Give each image a row with its path and its label.")
            }
        } catch let error as FoveaError where error.place.first != .file(path) {
            throw error.located(at: .file(path))
        }
    }

    /// Where the table's header has the columns.
    struct Columns {
        let delimiter: UInt8
        let count: Int
        let path: Int
        let label: Int
        let split: Int?

        init(of text: [UInt8]) throws {
            var found: [String] = []
            for delimiter in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
                var reader = CSVReader(text, delimiter: delimiter)
                guard let header = try reader.next() else {
                    throw FoveaError(.badData, "The table is empty.", remedy: Self.remedy)
                }
                let names = header.fields.map { $0.trimmed.lowercased() }
                if found.count < names.count { found = header.fields }
                guard let path = names.firstIndex(of: "path"), let label = names.firstIndex(of: "label") else {
                    continue
                }
                guard Set(names).count == names.count else {
                    throw FoveaError(
                        .badData, "The header names a column twice: \(names.map(quoted).joined(separator: ", ")).",
                        at: .line(header.line), remedy: "Name each column once.")
                }
                (self.delimiter, count, self.path, self.label) = (delimiter, names.count, path, label)
                split = names.firstIndex(of: "split")
                return
            }
            throw FoveaError(
                .badData,
                "The header has the columns \(found.prefix(10).map(quoted).joined(separator: ", ")), not `path` and `label`.",
                at: .line(1), remedy: Self.remedy)
        }

        private static let remedy = "Begin the table with the line `path,label`, or `path,label,split`."
    }

    /// Checks one row after the other.
    private struct RowCheck {
        private(set) var rows: [Row] = []
        var refusals: [FoveaError] = []
        private let columns: Columns
        private let folder: String
        private var lineOfPath: [String: Int] = [:]

        init(_ columns: Columns, folder: String) { (self.columns, self.folder) = (columns, folder) }

        mutating func add(_ record: CSVReader.Record) {
            do {
                rows.append(try row(record))
            } catch let error as FoveaError {
                refusals.append(error.located(at: .line(record.line)))
            } catch {
                preconditionFailure("rows are refused with a FoveaError")
            }
        }

        private mutating func row(_ record: CSVReader.Record) throws -> Row {
            let fields = record.fields
            guard fields.count == columns.count else {
                throw FoveaError(
                    .badData, "The row has \(fields.count) fields, the header has \(columns.count).",
                    remedy: "Give each row as many fields; quote a field that holds the delimiter.")
            }
            let path = try contained(fields[columns.path])
            if let other = lineOfPath.updateValue(record.line, forKey: path) {
                throw FoveaError(
                    .badData, "The path \(quoted(fields[columns.path])) is on line \(other) too.",
                    remedy: "Leave one of the two rows.")
            }
            let label = fields[columns.label]
            guard !label.isEmpty, label.trimmed == label else {
                throw FoveaError(
                    .badData,
                    label.isEmpty ? "The label is empty." : "The label \(quoted(label)) has spaces around it.",
                    remedy: "Give the image the name of its class.")
            }
            return Row(
                line: record.line, path: FoveaFoundation.path(of: path, in: folder), label: label,
                part: try part(fields))
        }

        private func part(_ fields: [String]) throws -> DataPart {
            guard let split = columns.split else { return .training }
            guard let part = DataPart(named: fields[split]) else {
                throw FoveaError(
                    .badData, "The split is \(quoted(fields[split])).", remedy: "Use `train`, `val` or `test`.")
            }
            return part
        }

        /// The path without `.` and needless slashes.
        private func contained(_ path: String) throws -> String {
            let names = path.pathComponents.filter { $0 != "." }
            guard !names.isEmpty else {
                throw FoveaError(
                    .badData, "The path \(quoted(path)) names no file.", remedy: "Give the path of an image.")
            }
            guard path.utf8.first != UInt8(ascii: "/"), !names.contains("..") else {
                throw FoveaError(
                    .badData, "The path \(quoted(path)) leaves the table's folder.",
                    remedy: "Give paths below the folder that the table is in, or move the table.")
            }
            return names.joined(separator: "/")
        }
    }
}
