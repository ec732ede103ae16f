import FoveaFoundation
import FoveaGraph

extension PathTable {
    /// The name of the data set: the table's without its extension.
    var name: String {
        let name = path.pathComponents.last ?? path
        let stem = name.utf8.lastIndex(of: UInt8(ascii: ".")).map { String(name[..<$0]) } ?? name
        return stem.isEmpty ? name : stem
    }

    /// The images of all parts with their classes: the labels of the training part, in the order of their bytes.
    ///
    /// - Parameter classes: fixes the order of the classes.
    /// - Throws: ``FoveaError`` with the first line that is wrong: its form, its path, its label, or a class that the training
    ///   part or `classes` lack.
    func files(classes: ClassesFile? = nil) throws -> LabelledFiles {
        if let refusal = refusals.first { throw refusal }
        var lineOfClass: [String: Int] = [:]
        for row in rows where row.part == .training && lineOfClass[row.label] == nil {
            lineOfClass[row.label] = row.line
        }
        let found = Array(lineOfClass.keys).sortedByBytes()
        guard !found.isEmpty else {
            throw FoveaError(
                .badData, "No row is of the training part.", at: .file(path),
                remedy: "Mark rows with `train` in the column `split`.")
        }
        guard found.count > 1 else {
            throw FoveaError(
                .badData, "All training images have the label \(quoted(found[0])).", at: .file(path),
                remedy: "A classifier needs at least two classes.")
        }
        let classNames = try classes?.ordering(found) { name in
            "\(quoted(name)) on line \(lineOfClass[name] ?? 0) of \(quoted(path))"
        }
        return try labelled(classNames ?? found)
    }

    private func labelled(_ classNames: [String]) throws -> LabelledFiles {
        let labels = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, Int32($0)) })
        var files: [DataPart: [LabelledFile]] = [:]
        for row in rows {
            guard let label = labels[row.label] else {
                throw FoveaError(
                    .badData,
                    "The label is \(quoted(row.label)), of which the training part has no image.", at: .file(path),
                    .line(row.line),
                    remedy: nearestName(to: row.label, among: classNames).map { "Did you mean \(quoted($0))?" }
                        ?? "All parts have the classes of the training part.")
            }
            files[row.part, default: []].append(LabelledFile(path: row.path, label: label, line: row.line))
        }
        let parts = DataPart.allCases.compactMap { part in
            files[part].map { LabelledFiles.Part(part: part, name: name, root: folder, files: $0) }
        }
        return LabelledFiles(
            name: name, classNames: classNames, parts: parts, census: FileCensus(), table: path)
    }
}
